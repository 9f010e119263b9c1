/* Identities: read, written, compared, matched as `match identity remote` does. */
#include "ike/identity.h"

#include "ike_lib.h"

static struct ike_id id(enum ike_id_type type, const char *s)
{
    struct ike_id r;
    const char *why = NULL;
    if (!ike_id_parse(type, s, &r, &why))
        fail_msg("%s: %s", s, why);
    return r;
}

static void test_text_round_trip(void **state)
{
    (void)state;
    static const struct {
        enum ike_id_type type;
        const char *s, *want;
    } cases[] = {
        { IKE_ID_IPV4, "192.0.2.1", NULL },
        { IKE_ID_IPV4, "10.0.0.0 255.0.0.0", NULL },
        { IKE_ID_IPV4, "10.1.2.3/8", "10.0.0.0 255.0.0.0" },
        { IKE_ID_IPV6, "2001:db8::1", NULL },
        { IKE_ID_IPV6, "2001:db8::/32", NULL },
        { IKE_ID_FQDN, "gw1.example.com", NULL },
        { IKE_ID_FQDN, "*.example.com", NULL },
        { IKE_ID_RFC822, "gw1@example.com", NULL },
        { IKE_ID_KEY_ID, "site 7", NULL },
        { IKE_ID_DN, "C=CH, O=Example AG, CN=gw1.example.com", NULL },
        { IKE_ID_DN, "c=CH,o=Example\\, Inc.,cn = gw1 ", "C=CH, O=Example\\, Inc., CN=gw1" },
        { IKE_ID_DN, "CN=\\ a b\\ , O=c\\\\", NULL },
        { IKE_ID_DN, "/C=CH/S=Bern/OU=a/E=a@b.c", "C=CH, ST=Bern, OU=a, E=a@b.c" },
        { IKE_ID_DN, "DC=com, DC=example, UID=7, unstructuredName=gw", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ike_id x = id(cases[i].type, cases[i].s);
        char s[300];
        struct text t = text_init(s, sizeof(s));
        text_ike_id(&t, &x);
        CLAIM_TEXT(cases[i].s, s, cases[i].want ? cases[i].want : cases[i].s);
        CLAIM(cases[i].s, x.type == cases[i].type && x.len > 0);
    }
}

/* The DER that openssl makes of the same names. */
static void test_dn_encoding(void **state)
{
    (void)state;
    struct ike_id x = id(IKE_ID_DN, "C=CH, O=Example, CN=gw");
    uint8_t want[64];
    size_t n = lib_hex("302c310b3009060355040613024348"
                       "3110300e060355040a0c074578616d706c65"
                       "310b300906035504030c026777",
                       want, sizeof(want));
    assert_int_equal(x.len, n);
    assert_memory_equal(x.bytes, want, n);
    char longest[160], s[200];
    memset(longest, 'a', 127);
    memcpy(longest, "CN=", 3);
    longest[127] = 0;
    x = id(IKE_ID_DN, longest); /* lengths beyond 127 take two bytes */
    assert_int_equal(x.bytes[1], 0x81);
    struct text t = text_init(s, sizeof(s));
    text_ike_id(&t, &x);
    assert_string_equal(s, longest);
}

static void test_what_is_no_identity(void **state)
{
    (void)state;
    static const struct {
        enum ike_id_type type;
        const char *s;
    } cases[] = {
        { IKE_ID_IPV4, "10.0.0" },
        { IKE_ID_IPV4, "2001:db8::1" },
        { IKE_ID_IPV4, "10.0.0.0 mask" },
        { IKE_ID_IPV6, "10.0.0.1" },
        { IKE_ID_FQDN, "" },
        { IKE_ID_FQDN, "a b" },
        { IKE_ID_FQDN, "a@b" },
        { IKE_ID_RFC822, "a" },
        { IKE_ID_RFC822, "@b" },
        { IKE_ID_RFC822, "a@" },
        { IKE_ID_RFC822, "a@b@c" },
        { IKE_ID_KEY_ID, "" },
        { IKE_ID_DN, "" },
        { IKE_ID_DN, "gw1" },
        { IKE_ID_DN, "XX=a" },
        { IKE_ID_DN, "CN=" },
        { IKE_ID_DN, "CN=a, O" },
        { IKE_ID_DER_GN, "a" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ike_id x = { .len = 77 };
        const char *why = NULL;
        CLAIM(cases[i].s, !ike_id_parse(cases[i].type, cases[i].s, &x, &why));
        CLAIM(cases[i].s, why && x.len == 77);
    }
    char name[400];
    const char *why = NULL;
    struct ike_id x;
    memset(name, 'a', sizeof(name));
    name[399] = 0;
    assert_false(ike_id_parse(IKE_ID_FQDN, name, &x, &why));
    for (size_t i = 0; i < 6; i++) /* two values of 128 bytes: beyond 256 */
        memcpy(name + i * 60, "CN=", 3), memcpy(name + i * 60 + 59, ",", 1);
    assert_false(ike_id_parse(IKE_ID_DN, name, &x, &why));
}

static const struct match_case {
    const char *name;
    enum ike_id_type type;
    const char *pattern;
    enum ike_id_type other;
    const char *id;
    bool matches;
} match_cases[] = {
    { "the same address", IKE_ID_IPV4, "192.0.2.1", IKE_ID_IPV4, "192.0.2.1", true },
    { "another address", IKE_ID_IPV4, "192.0.2.1", IKE_ID_IPV4, "192.0.2.2", false },
    { "within the mask", IKE_ID_IPV4, "192.0.2.0 255.255.255.0", IKE_ID_IPV4, "192.0.2.9", true },
    { "0.0.0.0/0 is any address", IKE_ID_IPV4, "0.0.0.0 0.0.0.0", IKE_ID_IPV4, "8.8.8.8", true },
    { "outside of the mask", IKE_ID_IPV4, "192.0.2.0/24", IKE_ID_IPV4, "192.0.3.9", false },
    { "within the prefix", IKE_ID_IPV6, "2001:db8::/32", IKE_ID_IPV6, "2001:db8:1::1", true },
    { "outside of the prefix", IKE_ID_IPV6, "2001:db8::/32", IKE_ID_IPV6, "2001:db9::1", false },
    { "an address is no name", IKE_ID_FQDN, "192.0.2.1", IKE_ID_IPV4, "192.0.2.1", false },
    { "names without case", IKE_ID_FQDN, "GW.Example.com", IKE_ID_FQDN, "gw.eXample.com", true },
    { "a longer name", IKE_ID_FQDN, "gw.example.com", IKE_ID_FQDN, "gw.example.com.", false },
    { "in the domain", IKE_ID_FQDN, "*.example.com", IKE_ID_FQDN, "gw.EXAMPLE.com", true },
    { "the domain itself is not in it", IKE_ID_FQDN, "*.example.com", IKE_ID_FQDN, ".example.com",
      false },
    { "a domain that only ends alike", IKE_ID_FQDN, "*.example.com", IKE_ID_FQDN,
      "gw.badexample.com", false },
    { "a mailbox of the domain", IKE_ID_RFC822, "*@example.com", IKE_ID_RFC822, "gw@example.com",
      true },
    { "a mailbox of a subdomain", IKE_ID_RFC822, "*@example.com", IKE_ID_RFC822, "gw@a.example.com",
      false },
    { "key ids to the byte", IKE_ID_KEY_ID, "Site", IKE_ID_KEY_ID, "site", false },
    { "the same key id", IKE_ID_KEY_ID, "Site", IKE_ID_KEY_ID, "Site", true },
    { "the same DN", IKE_ID_DN, "C=CH, CN=gw", IKE_ID_DN, "c=ch,cn=GW", true },
    { "a DN backwards", IKE_ID_DN, "CN=gw, C=CH", IKE_ID_DN, "C=CH, CN=gw", true },
    { "another value", IKE_ID_DN, "C=CH, CN=gw", IKE_ID_DN, "C=CH, CN=gv", false },
    { "one attribute more", IKE_ID_DN, "C=CH, CN=gw", IKE_ID_DN, "C=CH, O=a, CN=gw", false },
    { "any common name", IKE_ID_DN, "C=CH, CN=*", IKE_ID_DN, "C=CH, CN=gw7", true },
    { "the wildcard is the pattern's alone", IKE_ID_DN, "C=CH, CN=gw", IKE_ID_DN, "C=CH, CN=*",
      false },
};

static void test_matching(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(match_cases); i++) {
        const struct match_case *c = &match_cases[i];
        struct ike_id pattern = id(c->type, c->pattern), x = id(c->other, c->id);
        CLAIM(c->name, ike_id_matches(&pattern, &x) == c->matches);
        CLAIM(c->name, ike_id_eq(&x, &x));
    }
}

/* Printable and UTF-8 strings of the same letters are one name. */
static void test_dn_kinds_of_string(void **state)
{
    (void)state;
    struct ike_id a = id(IKE_ID_DN, "CN=gw"), b = a;
    assert_int_equal(b.bytes[11], 0x0c);
    b.bytes[11] = 0x13;
    assert_true(ike_id_matches(&a, &b));
    assert_true(ike_id_eq(&a, &b));
    b.bytes[11] = 0x13;
    b.bytes[4] = 99; /* a broken sequence is compared by its bytes */
    assert_false(ike_id_matches(&a, &b));
    assert_true(ike_id_eq(&b, &b));
}

static void test_payloads(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t type;
        const char *hex;
        bool ok;
    } cases[] = {
        { "IPv4", 1, "c0000201", true },
        { "IPv4 of five bytes", 1, "c000020100", false },
        { "IPv6", 5, "20010db8000000000000000000000001", true },
        { "IPv6 of four bytes", 5, "c0000201", false },
        { "a name", 2, "6777", true },
        { "an empty name", 2, "", false },
        { "a key id of any bytes", 11, "00ff", true },
        { "a DN", 9, "3000", true },
        { "a DN that is no sequence", 9, "3100", false },
        { "kind 0", 0, "aa", false },
        { "kind 12", 12, "aa", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t bytes[32];
        struct ike_id x;
        struct diag d;
        size_t n = lib_hex(cases[i].hex, bytes, sizeof(bytes));
        const struct ike_id_payload p = { .type = cases[i].type, .data = { bytes, n } };
        CLAIM(cases[i].name, ike_id_decode(&p, &x, &d) == cases[i].ok);
        if (!cases[i].ok)
            continue;
        uint8_t body[IKE_ID_BODY_MAX];
        struct wr w = wr_init(body, sizeof(body));
        ike_id_body(&x, &w);
        CLAIM(cases[i].name, wr_len(&w) == n + 4 && body[0] == cases[i].type);
        CLAIM(cases[i].name, memcmp(body + 4, bytes, n) == 0);
    }
    static uint8_t big[300];
    const struct ike_id_payload p = { .type = IKE_ID_KEY_ID, .data = { big, 257 } };
    struct ike_id x;
    struct diag d;
    assert_false(ike_id_decode(&p, &x, &d));
    assert_string_equal(d.what, "ID at offset 0: longer than 256 bytes");
}

static void test_who_is_accepted(void **state)
{
    (void)state;
    struct ip_addr peer, other;
    assert_true(ip_parse("192.0.2.7", &peer) && ip_parse("10.0.0.7", &other));
    struct ike_id by_address = ike_id_of_addr(&peer), private = ike_id_of_addr(&other);
    struct ike_id name = id(IKE_ID_FQDN, "gw.example.com");
    struct ike_lists lists = { 0 };
    struct ike_connection c = { .remote = peer, .lists = &lists };
    assert_true(ike_id_accepted(&c, &peer, &by_address));
    assert_false(ike_id_accepted(&c, &peer, &private));
    assert_true(ike_id_accepted(&c, &other, &by_address)); /* what is configured counts */
    c.remote = (struct ip_addr){ 0 };
    assert_true(ike_id_accepted(&c, &other, &private));
    lists.remote_ids[0] = id(IKE_ID_FQDN, "*.example.com");
    lists.n_remote_ids = 1;
    assert_true(ike_id_accepted(&c, &peer, &name));
    assert_false(ike_id_accepted(&c, &peer, &by_address));
    c.remote_id = by_address;
    assert_true(ike_id_accepted(&c, &peer, &by_address));
    assert_true(ike_id_accepted(&c, &peer, &name));
    assert_false(ike_id_accepted(&c, &peer, &private));
    c.any_remote_id = true;
    assert_true(ike_id_accepted(&c, &peer, &private));

    struct ike_id mine = ike_id_local(&c, &other);
    assert_true(ike_id_eq(&mine, &private));
    c.local_id = name;
    mine = ike_id_local(&c, &other);
    assert_true(ike_id_eq(&mine, &name));
}

/* Bytes that a peer chose never reach a terminal raw. */
static void test_hostile_text(void **state)
{
    (void)state;
    struct ike_id x = { .type = IKE_ID_FQDN, .len = 6, .bytes = "a\x1b[2J\\" };
    char s[200];
    struct text t = text_init(s, sizeof(s));
    text_ike_id(&t, &x);
    assert_string_equal(s, "a\\x1b[2J\\x5c");
    x.type = IKE_ID_KEY_ID;
    t = text_init(s, sizeof(s));
    text_ike_id(&t, &x);
    assert_string_equal(s, "611b5b324a5c");
    x = id(IKE_ID_DN, "CN=a\x9b\x0a");
    t = text_init(s, sizeof(s));
    text_ike_id(&t, &x);
    assert_string_equal(s, "CN=a\\x9b\\x0a");
    x = (struct ike_id){ .type = IKE_ID_DN, .len = 2, .bytes = { 0x30, 9 } };
    t = text_init(s, sizeof(s));
    text_ike_id(&t, &x);
    assert_string_equal(s, "3009");
}

static void test_names_of_kinds(void **state)
{
    (void)state;
    assert_string_equal(ike_id_type_name(IKE_ID_IPV6), "address");
    assert_string_equal(ike_id_type_name(IKE_ID_RFC822), "email");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_round_trip),
        cmocka_unit_test(test_dn_encoding),
        cmocka_unit_test(test_what_is_no_identity),
        cmocka_unit_test(test_matching),
        cmocka_unit_test(test_dn_kinds_of_string),
        cmocka_unit_test(test_payloads),
        cmocka_unit_test(test_who_is_accepted),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_names_of_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
