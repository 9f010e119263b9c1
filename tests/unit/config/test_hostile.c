/* Input that nobody writes: it is answered, in time in proportion to its length. */
#include <time.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/table.h"
#include "lib.h"

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* n lines from a format with up to three numbers. */
static char *many(size_t n, const char *head, const char *format, size_t *ret_len)
{
    size_t cap = strlen(head) + n * 384 + 1;
    char *s = malloc(cap);
    assert_non_null(s);
    int at = snprintf(s, cap, "%s", head);
    for (size_t i = 0; i < n; i++) {
        char line[384], *out = line;
        for (const char *f = format; *f; f++) {
            if (*f == '#')
                out += snprintf(out, 16, "%zu", i);
            else if (*f == '@')
                out += snprintf(out, 16, "10.%zu.%zu.%zu", i >> 16 & 255, i >> 8 & 255, i & 255);
            else
                *out++ = *f;
        }
        *out = '\0';
        at += snprintf(s + at, cap - (size_t)at, "%s\n", line);
    }
    *ret_len = (size_t)at;
    return s;
}

static const struct {
    const char *name, *head, *format;
    enum dialect dialect;
} large[] = {
    { "neighbors", "router bgp 1\n", " neighbor @ remote-as 2", DIALECT_FRR },
    { "prefix list entries", "", "ip prefix-list A seq # permit @/32", DIALECT_FRR },
    { "prefix list entries without numbers", "", "ip prefix-list A permit @/32", DIALECT_FRR },
    { "prefix lists", "", "ip prefix-list L# permit @/32", DIALECT_FRR },
    { "statics", "", "ip route @/32 192.0.2.1", DIALECT_FRR },
    { "statics that go again", "ip route 10.0.0.0/32 192.0.2.1\n", "no ip route @/32 192.0.2.1",
      DIALECT_FRR },
    { "interfaces", "", "interface eth#", DIALECT_FRR },
    { "route-map entries", "", "route-map A# permit 10", DIALECT_FRR },
    { "references to nothing", "router bgp 1\n", " network @/32 route-map M#", DIALECT_FRR },
    { "unknown lines", "", "foo # bar", DIALECT_FRR },
    { "refused lines", "", "router ospf #", DIALECT_FRR },
    { "access list rules", "", "access-list 100 permit ip host @ any", DIALECT_IOS },
    { "addresses of one interface", "interface Gi1\n", " ip address @ 255.255.255.255 secondary",
      DIALECT_IOS },
    { "crypto blocks", "", "crypto ikev2 proposal P#", DIALECT_IOS },
    { "tunnels",
      "crypto ikev2 keyring K\npeer Q\naddress 10.0.0.0 255.0.0.0\npre-shared-key x\n"
      "crypto ikev2 profile I\nmatch identity remote any\nauthentication local pre-share\n"
      "authentication remote pre-share\nkeyring local K\ncrypto ipsec profile E\n"
      "set ikev2-profile I\nrouter bgp 1\n",
      "interface Tunnel#\ntunnel source 192.0.2.1\ntunnel mode ipsec ipv4\ntunnel destination @\n"
      "tunnel protection ipsec profile E\nrouter bgp 1\nneighbor @ remote-as 2\n"
      "ip route @ 255.255.255.255 Tunnel#",
      DIALECT_IOS },
    { "peers of a keyring", "crypto ikev2 keyring K\n",
      " peer P#\n  address @\n  pre-shared-key local a\n  pre-shared-key remote b", DIALECT_IOS },
    { "keys of a text that nobody understands", "", "foo # key @", DIALECT_IOS },
    { "nobody's dialect", "", "foo # bar", DIALECT_UNKNOWN },
};

/* The larger of two sizes; sanitizers slow both down alike. */
#ifdef __SANITIZE_ADDRESS__
enum { LARGE = 8000 };
#else
enum { LARGE = 20000 };
#endif

static void test_large(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(large); i++) {
        size_t len[2];
        double took[2];
        for (size_t k = 0; k < 2; k++) {
            char *text = many(k ? LARGE : LARGE / 4, large[i].head, large[i].format, &len[k]);
            double start = seconds();
            struct reading r = read_bytes(text, len[k], large[i].dialect, true);
            took[k] = seconds() - start;
            reading_done(&r);
            free(text);
        }
        /* Four times the lines: sixteen times the time would be quadratic. */
        if (took[1] > 10 * took[0] + 0.3)
            fail_msg("%s: %.2f s for %d lines, %.2f s for %d", large[i].name, took[0], LARGE / 4,
                     took[1], LARGE);
    }
}

static void test_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        size_t len;
    } cases[] = {
        { "nothing", "", 0 },
        { "a NUL", "\0", 1 },
        { "NULs between words", "host\0name\0a\nhostname\0b\n", 23 },
        { "bytes of no character", "\xff\xfe\x80 \x01\n", 6 },
        { "no newline at the end", "hostname a", 10 },
        { "only no", "no\nno no\n", 9 },
        { "no without the name",
          "no ip prefix-list\nno ip access-list extended\nno interface\nno route-map\nno "
          "neighbor\n",
          78 },
        { "only exits", "exit\nexit\nend\nquit\nexit-address-family\n", 39 },
        { "a banner without end", "banner motd ^C\nx\n", 17 },
        { "half a community", "route-map A permit 1\n set community 1:\n", 38 },
        { "half an iptables line", "iptables -t\niptables\n-A\n", 24 },
        { "an address without one", "interface a\n ip address /8\n", 27 },
    };
    static const enum dialect dialects[] = { DIALECT_FRR, DIALECT_IOS, DIALECT_UNKNOWN };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t d = 0; d < ARRAY_LEN(dialects); d++) {
            struct reading r = read_bytes(cases[i].text, cases[i].len, dialects[d], false);
            char *text = print_config(r.c, DIALECT_UNKNOWN);
            struct reading again = read_text(text, r.c->dialect);
            CLAIM(cases[i].name, config_eq(r.c, again.c));
            reading_done(&again);
            free(text);
            reading_done(&r);
        }
    }
}

static void check_filled(const char *name, char with, size_t n, bool want_limit)
{
    char *s = malloc(n);
    assert_non_null(s);
    memset(s, with, n);
    struct reading r = read_bytes(s, n, DIALECT_FRR, false);
    bool limit = r.diags.count > 0 && strcmp(r.diags.items[0].id, "CFG-LIMIT") == 0;
    CLAIM(name, limit == want_limit);
    reading_done(&r);
    free(s);
}

static void test_filled(void **state)
{
    (void)state;
    check_filled("a megabyte of blanks", ' ', 1 << 20, false);
    check_filled("a megabyte of newlines", '\n', 1 << 20, false);
    check_filled("a megabyte of one word", 'a', 1 << 20, true);
    check_filled("17 MB of newlines", '\n', 17 << 20, true);
}

static void test_deep(void **state)
{
    (void)state;
    size_t n = 2000, len = 0;
    char *s = malloc(n * n + n * 8);
    assert_non_null(s);
    for (size_t i = 0; i < n; i++) { /* each line one blank deeper */
        memset(s + len, ' ', i);
        len += i;
        memcpy(s + len, "foo x\n", 6);
        len += 6;
    }
    struct reading r = read_bytes(s, len, DIALECT_FRR, false);
    assert_int_equal(r.diags.errors, 1);
    reading_done(&r);
    free(s);
}

/* The lines that lead into each mode. */
static const char *const heads[MODE_COUNT] = {
    [MODE_INTERFACE] = "interface Tunnel1",
    [MODE_BGP] = "router bgp 1",
    [MODE_BGP_AF] = "router bgp 1\n address-family ipv4 unicast",
    [MODE_ROUTE_MAP] = "route-map A permit 10",
    [MODE_ACCESS_LIST] = "ip access-list extended A",
    [MODE_IKEV2_PROPOSAL] = "crypto ikev2 proposal A",
    [MODE_IKEV2_POLICY] = "crypto ikev2 policy A",
    [MODE_IKEV2_KEYRING] = "crypto ikev2 keyring A",
    [MODE_IKEV2_PEER] = "crypto ikev2 keyring A\n peer B",
    [MODE_IKEV2_PROFILE] = "crypto ikev2 profile A",
    [MODE_TRANSFORM_SET] = "crypto ipsec transform-set A esp-gcm 256",
    [MODE_IPSEC_PROFILE] = "crypto ipsec profile A",
    [MODE_TRUSTPOINT] = "crypto pki trustpoint A",
    [MODE_ISAKMP_POLICY] = "crypto isakmp policy 1",
    [MODE_KEYRING] = "crypto keyring A",
    [MODE_ISAKMP_PROFILE] = "crypto isakmp profile A",
    [MODE_CRYPTO_MAP] = "crypto map A 1 ipsec-isakmp",
    [MODE_TRACK] = "track 1 ip sla 1",
};

/* A word for an element of a row's syntax: the keyword, the first of several, some value. */
static void element_word(const char *element, size_t len, struct text *t)
{
    while (len > 0 && strchr("[{", *element))
        element++, len--;
    while (len > 0 && strchr("]}", element[len - 1]))
        len--;
    if (len == 0 || *element != '<') {
        text_bytes(t, element, strcspn(element, "|] }") < len ? strcspn(element, "|] }") : len);
        return;
    }
    bool address = strncmp(element, "<peer", 5) == 0 || strncmp(element, "<ip", 3) == 0;
    text_str(t, address ? "10.0.0.1" : "1");
}

/* The row's line behind `no`, or as it stands, with its first n words; false: it has fewer. */
static bool cut_line(const struct cmd_row *row, bool no, size_t n, struct text *t)
{
    const char *s = row->syntax;
    text_str(t, heads[row->mode] ? heads[row->mode] : "");
    text_str(t, no ? "\n no" : "\n");
    for (size_t k = 0; k < n; k++) {
        s += strspn(s, " ");
        size_t len = strcspn(s, " ");
        if (len == 0)
            return false;
        text_char(t, ' ');
        element_word(s, len, t);
        s += len;
    }
    text_char(t, '\n');
    return true;
}

/* Each command and its `no`, cut short behind each word: it means something or is refused. */
static void test_cut_short(void **state)
{
    (void)state;
    size_t chapters, lines = 0;
    const struct cmd_rows *const *table = cmd_table(&chapters);
    for (size_t c = 0; c < chapters; c++) {
        for (size_t i = 0; i < 2 * table[c]->n; i++) {
            char line[1024];
            struct text t = text_init(line, sizeof(line));
            for (size_t n = 1; cut_line(&table[c]->v[i / 2], i % 2 == 0, n, &t); n++, lines++) {
                for (int d = DIALECT_FRR; d <= DIALECT_IOS; d++) {
                    struct reading r = read_bytes(line, t.len, (enum dialect)d, false);
                    reading_done(&r);
                }
                t = text_init(line, sizeof(line));
            }
        }
    }
    assert_true(lines > 1000);
}

/* Without memory at any point the parser still ends, and says that something is missing. */
static void test_no_memory(void **state)
{
    (void)state;
    static const char text[] = "hostname a\nip route 10.0.0.0/8 10.1.1.1\nrouter bgp 1\n"
                               " neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 route-map A in\n"
                               "route-map A permit 10\n set community 1:1 2:2\n";
    for (uint64_t n = 1; n < 40; n++) {
        struct config_file file = { .name = "a", .text = text, .len = sizeof(text) - 1 };
        struct config_options options = { .dialect = DIALECT_FRR };
        struct diag_list diags = { 0 };
        struct config *c = NULL;
        mem_fail_at(n);
        bool ok = config_parse(&file, 1, &options, &diags, &c);
        mem_fail_at(0);
        if (c && ok)
            assert_int_equal(c->bgp.neighbors.n, 1);
        config_free(c);
        diag_list_done(&diags);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),     cmocka_unit_test(test_filled),
        cmocka_unit_test(test_deep),      cmocka_unit_test(test_large),
        cmocka_unit_test(test_cut_short), cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
