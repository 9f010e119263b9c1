/* Messages of real routers: captures and MRT files of the shared data. Nothing crashes, nearly
 * everything is fine, and what is told on is flawless. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../lib/capture.h"
#include "base/mem.h"
#include "update_lib.h"

struct counts {
    const char *file;
    size_t messages, opens, updates, notifications, keepalives, refreshes, bad_frames, bad_opens;
    size_t prefixes, verdicts[BGP_RESET + 1], told;
    char first_fault[BGP_RESET + 1][80];
};

static struct arena arena;
static struct attr_table *table;

/* Tells the routes on to an internal peer and reads them back. */
static void tell(struct bgp_update *u, struct counts *c)
{
    struct attr_draft d = u->draft;
    struct rib_export x = { .family = IP_V4, .prefixes = u->announced, .n = u->announced_n };
    if (u->announced_n == 0) {
        x = (struct rib_export){ .family = u->mp_family,
                                 .prefixes = u->mp_announced,
                                 .n = u->mp_announced_n };
        d.head.next_hop = u->mp_next_hop;
        d.head.next_hop_ll = u->mp_next_hop_ll;
    }
    if (x.n == 0)
        return;
    struct attr_set *set = attr_intern(table, &d);
    struct bgp_encode_context e = { .as4 = true, .message_families = BGP_IPV4 | BGP_IPV6 };
    struct bgp_update_context peer = internal_peer();
    peer.local = ip_from_u32(1);
    uint8_t out[BGP_MESSAGE_MAX];
    x.set = set;
    struct wr w = wr_init(out, sizeof(out));
    size_t n = bgp_encode_update(&w, &x, 0, &e);
    if (n > 0) {
        struct bgp_update again;
        struct bgp_fault f;
        bgp_decode_update(out, wr_len(&w), &peer, &arena, &again, &f);
        if (f.verdict != BGP_FINE)
            fail_msg("%s: told on, it is %s: %s", c->file, f.id, f.what);
        assert_memory_equal(again.announced_n ? again.announced : again.mp_announced, x.prefixes,
                            n * sizeof(struct prefix));
        c->told++;
    }
    attr_unref(table, set);
}

static void read_update(const uint8_t *msg, size_t n, const struct bgp_update_context *ctx,
                        struct counts *c)
{
    struct bgp_update u;
    struct bgp_fault f;
    arena_reset(&arena);
    bgp_decode_update(msg, n, ctx, &arena, &u, &f);
    c->updates++;
    c->verdicts[f.verdict]++;
    c->prefixes += u.announced_n + u.mp_announced_n;
    if (f.id && !c->first_fault[f.verdict][0])
        snprintf(c->first_fault[f.verdict], sizeof(c->first_fault[0]), "%s %s", f.id, f.what);
    if (f.verdict <= BGP_DISCARD)
        tell(&u, c);
}

/* One message that bgp_frame() accepted. */
static void read_message(const uint8_t *msg, size_t n, uint8_t type,
                         const struct bgp_update_context *ctx, struct counts *c)
{
    struct bgp_open open;
    struct bgp_fault f;
    struct bgp_notification note;
    uint8_t family, subtype;
    c->messages++;
    if (type == BGP_OPEN) {
        c->opens++;
        c->bad_opens += !bgp_decode_open(msg, n, &open, &f);
    } else if (type == BGP_UPDATE) {
        read_update(msg, n, ctx, c);
    } else if (type == BGP_NOTIFICATION) {
        c->notifications++;
        assert_true(bgp_decode_notification(msg, n, &note));
        assert_true(strlen(note.shutdown_message) <= 255);
    } else if (type == BGP_REFRESH) {
        c->refreshes++;
        if (!bgp_decode_refresh(msg, n, &family, &subtype, &f))
            assert_int_equal(f.code, BGP_ERR_REFRESH);
    } else {
        c->keepalives++;
    }
}

static bool path_ends(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

/* Whether numbers have four bytes is settled by the OPENs; a capture without them is tried as such
 * unless its paths make sense only otherwise. */
static void read_stream(const struct capture_stream *s, struct counts *c)
{
    struct bgp_update_context ctx = external_peer();
    ctx.local = ip_from_u32(1);
    size_t at = 0;
    while (at < s->n) {
        uint8_t type;
        struct bgp_fault f;
        size_t n = bgp_frame(s->bytes + at, s->n - at, &type, &f);
        if (n == 0 && f.verdict == BGP_FINE)
            return;
        if (n == 0) {
            c->bad_frames++;
            return;
        }
        if (n > s->n - at)
            return;
        struct bgp_open open;
        if (type == BGP_OPEN && bgp_decode_open(s->bytes + at, n, &open, &f))
            ctx.as4 = open.caps.as4;
        read_message(s->bytes + at, n, type, &ctx, c);
        at += n;
    }
}

static void print_counts(const struct counts *c)
{
    print_message("# %s: %zu messages, %zu opens (%zu refused), %zu updates, %zu notifications, "
                  "%zu bad frames; %zu prefixes; fine %zu discard %zu withdraw %zu off %zu reset "
                  "%zu; told %zu\n",
                  c->file, c->messages, c->opens, c->bad_opens, c->updates, c->notifications,
                  c->bad_frames, c->prefixes, c->verdicts[0], c->verdicts[1], c->verdicts[2],
                  c->verdicts[3], c->verdicts[4], c->told);
    for (size_t i = 1; i <= BGP_RESET; i++)
        if (c->first_fault[i][0])
            print_message("#     %zu: %s\n", i, c->first_fault[i]);
}

static void add(struct counts *sum, const struct counts *c)
{
    sum->messages += c->messages;
    sum->opens += c->opens;
    sum->updates += c->updates;
    sum->notifications += c->notifications;
    sum->bad_opens += c->bad_opens;
    sum->prefixes += c->prefixes;
    for (size_t i = 0; i <= BGP_RESET; i++)
        sum->verdicts[i] += c->verdicts[i];
}

static void read_pcap_file(const char *path, const char *name, struct counts *sum)
{
    static struct capture capture;
    struct counts c = { .file = name };
    size_t n;
    uint8_t *file = capture_read_file(path, &n);
    assert_non_null(file);
    assert_true(capture_read_pcap(file, n, &capture));
    for (size_t i = 0; i < capture.stream_count; i++)
        read_stream(&capture.streams[i], &c);
    print_counts(&c);
    add(sum, &c);
    capture_free(&capture);
    free(file);
}

/* Every capture of a folder and of the folders in it. */
static void read_folder(const char *dir, int depth, struct counts *sum)
{
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[1200];
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if (e->d_type == DT_DIR && e->d_name[0] != '.' && depth == 0)
            read_folder(path, 1, sum);
        else if (path_ends(e->d_name, ".pcap") || path_ends(e->d_name, ".pcapng"))
            read_pcap_file(path, e->d_name, sum);
    }
    closedir(d);
}

static const char *folder(const char *name)
{
    static char dir[1100];
    const char *data = capture_data_dir();
    if (!data) {
        print_message("# the shared data is not here\n");
        skip();
    }
    snprintf(dir, sizeof(dir), "%s/captures/%s", data, name);
    return dir;
}

static void captured_sessions(void **state)
{
    (void)state;
    struct counts sum = { .file = "all" };
    read_folder(folder("bgp"), 0, &sum);
    print_counts(&sum);
    assert_true(sum.opens > 10);
    assert_true(sum.updates > 100);
    assert_true(sum.notifications > 5);
    assert_int_equal(sum.verdicts[BGP_RESET] + sum.verdicts[BGP_AFI_OFF], 0);
    assert_int_equal(sum.bad_opens, 0);
}

static void read_mrt_message(void *arg, const struct mrt_message *m)
{
    struct counts *c = arg;
    struct bgp_update_context ctx = external_peer();
    struct bgp_fault f;
    uint8_t type;
    ctx.as4 = m->as4;
    ctx.remote_as = m->peer_as;
    ctx.is_ebgp = m->peer_as != m->local_as;
    ctx.local = ip_from_u32(1);
    size_t n = bgp_frame(m->bytes, m->n, &type, &f);
    if (n !=
        m->n) { /* RFC 8654: longer than 4096 bytes, which is never agreed on; readable still */
        c->bad_frames++;
        assert_int_equal(f.subcode, 2);
        assert_true(m->n > BGP_MESSAGE_MAX);
        read_update(m->bytes, m->n, &ctx, c);
        return;
    }
    read_message(m->bytes, n, type, &ctx, c);
}

static void mrt_files(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t updates; /* at least */
        size_t bad_ppm; /* at most: withdraw or harder, of a million updates */
        size_t bad_frames;
    } files[] = {
        { "updates.20160811.1600.gz", 10000, 2000, 0 },
        { "updates.20100722.2015.gz", 1000, 2000, 0 },
        { "updates.20020722.2238.gz", 300, 2000, 0 },
        { "updates.long_withdrawal.gz", 1, 0, 1 },
        { "updates.nlri_mask_trailing_bits.gz", 1, 1000000, 0 } /* its last prefix is cut */,
        { "bird-mrtdump_bgp", 1, 1000000, 0 },
        { "bird6-mrtdump_bgp", 1, 1000000, 0 },
        { "openbgpd_bgp", 1, 1000000, 0 },
        { "quagga_bgp", 1, 1000000, 0 },
    };
    const char *dir = folder("mrt");
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char path[1300];
        struct counts c = { .file = files[i].name };
        size_t n;
        snprintf(path, sizeof(path), "%s/%s", dir, files[i].name);
        uint8_t *file = capture_read_file(path, &n);
        assert_non_null(file);
        assert_true(capture_read_mrt(file, n, read_mrt_message, &c));
        print_counts(&c);
        assert_int_equal(c.bad_frames, files[i].bad_frames);
        assert_int_equal(c.bad_opens, 0);
        assert_true(c.updates >= files[i].updates);
        size_t bad = c.verdicts[BGP_WITHDRAW] + c.verdicts[BGP_AFI_OFF] + c.verdicts[BGP_RESET];
        assert_true(bad * 1000000 <= files[i].bad_ppm * c.updates);
        free(file);
    }
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 2 * BGP_UPDATE_ARENA_BYTES);
    table = attr_table_new(5, 1000);
    return table ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    attr_table_free(table);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captured_sessions),
        cmocka_unit_test(mrt_files),
    };
    return cmocka_run_group_tests_name("bgp/captures", tests, setup, teardown);
}
