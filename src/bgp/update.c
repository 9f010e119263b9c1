/* bgp/update.c: UPDATE messages from the wire.
 *
 * DOC: One pass over the attributes, each by its row of attr/table.c, then the prefixes. Faults
 * only ever get harder (RFC 7606 3.h); the prefixes are read in any case, since treat-as-withdraw
 * needs them (3.j). What is decoded borrows the message; prefixes, and what has to be rewritten,
 * stand in the arena. */
#include "bgp/update.h"

#include <string.h>

#include "attr/aspath.h"
#include "attr/table.h"

/* Subcodes of RFC 4271 6.3. */
enum {
    SUB_LIST = 1,
    SUB_UNKNOWN = 2,
    SUB_MISSING = 3,
    SUB_NEXT_HOP = 8,
    SUB_OPTIONAL = 9,
    SUB_NETWORK = 10,
    SUB_AS_PATH = 11,
};

/* MP_REACH_NLRI or MP_UNREACH_NLRI. */
struct mp_attribute {
    const uint8_t *at; /* with its header; NULL: not there */
    size_t n;
    struct rd value;
};

/* One UPDATE on its way. */
struct walk {
    const uint8_t *msg;
    const struct bgp_update_context *ctx;
    struct arena *arena;
    struct bgp_update *u;
    struct bgp_fault fault;
    struct attr_decoding attrs;
    uint32_t seen[8];      /* a bit for each code */
    bool other_attributes; /* any but MP_UNREACH_NLRI */
    bool foreign_reach;    /* MP_REACH_NLRI of a family that is not negotiated */
    bool gave_routes;      /* prefixes were announced, usable or not */
    bool withdraw;         /* something asked for treat-as-withdraw, even if more was due */
    struct mp_attribute reach, unreach;
};

static bool has_seen(const struct walk *w, uint8_t code)
{
    return w->seen[code / 32] >> code % 32 & 1;
}

/* A fault; NULL when there was one as hard before. */
static struct bgp_fault *note(struct walk *w, enum bgp_verdict verdict, uint8_t subcode,
                              const char *id, const char *what)
{
    w->withdraw |= verdict == BGP_WITHDRAW;
    if (verdict <= w->fault.verdict)
        return NULL;
    w->fault = bgp_fault_reset(BGP_ERR_UPDATE, subcode, id, what);
    w->fault.verdict = verdict;
    return &w->fault;
}

static void note_bytes(struct walk *w, struct bgp_fault *f, const uint8_t *at, size_t n)
{
    if (f && at)
        bgp_fault_set_bytes(f, (size_t)(at - w->msg), at, n);
}

/* A fault of one attribute, which is the NOTIFICATION's data where 6.3 says so. */
static void note_attribute(struct walk *w, enum bgp_verdict verdict,
                           const struct attr_problem *problem, const uint8_t *attribute, size_t n)
{
    struct bgp_fault *f = note(w, verdict, problem->subcode, problem->id, problem->what);
    if (!f)
        return;
    f->attribute = attribute[1];
    note_bytes(w, f, attribute, n);
    if (problem->subcode != SUB_LIST && problem->subcode != SUB_AS_PATH)
        bgp_fault_set_data(f, attribute, n);
}

static void out_of_memory(struct walk *w)
{
    struct bgp_fault *f = note(w, BGP_RESET, 0, "BGP-LIMIT", "no memory for the UPDATE");
    if (f) {
        f->code = BGP_ERR_CEASE;
        f->subcode = 8; /* RFC 4486: out of resources */
    }
}

static enum bgp_verdict verdict_of(enum attr_fault fault)
{
    switch (fault) {
    case ATTR_DISCARD:
        return BGP_DISCARD;
    case ATTR_WITHDRAW:
        return BGP_WITHDRAW;
    case ATTR_RESET:
        return BGP_RESET;
    }
    return BGP_RESET;
}

/* --- prefixes -----------------------------------------------------------------------------------
 */

/* How many prefixes stand in the reader; false: they are not well-formed (RFC 7606 5.3), and *r
 * stands at the first that is not. */
static bool count_prefixes(struct rd *r, uint8_t max_bits, size_t *ret_count)
{
    size_t count = 0;
    while (rd_left(r) > 0) {
        struct rd next = *r;
        uint8_t bits = rd_u8(&next);
        rd_bytes(&next, (size_t)(bits + 7) / 8);
        if (bits > max_bits || next.bad)
            return false;
        *r = next;
        count++;
    }
    *ret_count = count;
    return true;
}

/* 4271 6.3: a prefix that is no unicast one is passed over by itself. */
static bool is_unicast(const struct prefix *p)
{
    if (p->family == IP_V4)
        return p->len < 4 || (p->b[0] & 0xf0) != 0xe0;
    if (p->len >= 8 && p->b[0] == 0xff)
        return false;
    return p->len < 10 || p->b[0] != 0xfe || (p->b[1] & 0xc0) != 0x80;
}

/* The prefixes of a reader that count_prefixes() went through. */
static size_t fill_prefixes(struct rd *r, uint8_t family, struct prefix *to)
{
    struct prefix *p = to;
    while (rd_left(r) > 0) {
        uint8_t bits = rd_u8(r);
        size_t n = (size_t)(bits + 7) / 8;
        const uint8_t *from = rd_bytes(r, n);
        assert(!r->bad && n <= ip_bytes(family)); /* count_prefixes() refused what does not fit */
        *p = (struct prefix){ .family = family, .len = bits };
        for (size_t i = 0; i < n; i++)
            p->b[i] = from[i];
        if (bits % 8 != 0) /* 4271 4.3: the bits beyond the length do not matter */
            p->b[n - 1] &= (uint8_t)(0xff << (8 - bits % 8));
        p += is_unicast(p);
    }
    return (size_t)(p - to);
}

struct prefix_list {
    struct prefix *prefixes;
    size_t n;
    const uint8_t *bad; /* where it is not well-formed; NULL: it is */
    size_t bad_n;
};

static struct prefix_list read_prefixes(struct walk *w, struct rd *r, uint8_t family)
{
    struct prefix_list list = { 0 };
    struct rd scan = *r;
    size_t count;
    if (rd_left(r) == 0)
        return list;
    if (!count_prefixes(&scan, ip_bits(family), &count)) {
        list.bad = scan.p;
        list.bad_n = rd_left(&scan);
        return list;
    }
    list.prefixes = arena_alloc(w->arena, count * sizeof(struct prefix));
    if (!list.prefixes) {
        out_of_memory(w);
        return list;
    }
    list.n = fill_prefixes(r, family, list.prefixes);
    assert(list.n <= count && count <= BGP_UPDATE_PREFIXES_MAX);
    if (list.n < count)
        note(w, BGP_DISCARD, SUB_NETWORK, "BGP-4271-6.3", "a prefix is no unicast prefix");
    return list;
}

/* The IPv4 prefixes of the withdrawn routes and the NLRI. */
static void read_ipv4(struct walk *w, struct rd *r, struct prefix **ret_prefixes, size_t *ret_n)
{
    if (rd_left(r) > 0 && !(w->ctx->families & BGP_IPV4)) {
        note_bytes(
            w, note(w, BGP_DISCARD, SUB_NETWORK, "BGP-4760-8", "IPv4 routes were not agreed on"),
            r->p, rd_left(r));
        return;
    }
    struct prefix_list list = read_prefixes(w, r, IP_V4);
    if (list.bad) { /* 7606 5.3, 3.j */
        note_bytes(w,
                   note(w, BGP_RESET, SUB_NETWORK, "BGP-7606-5.3", "a prefix is not well-formed"),
                   list.bad, list.bad_n);
        return;
    }
    *ret_prefixes = list.prefixes;
    *ret_n = list.n;
}

/* --- MP_REACH_NLRI, MP_UNREACH_NLRI --------------------------------------------------------------
 */

/* RFC 4760 7, 7606 5.3 and 7.11: the prefixes cannot be found. Switching the family off is for
 * sessions that have another one. */
static void mp_broken(struct walk *w, uint8_t family, const struct attr_problem *problem,
                      const struct mp_attribute *mp)
{
    w->u->off |= bgp_family_bit(family);
    assert((w->u->off & ~w->ctx->families) == 0); /* read_family() passed over the others */
    note_attribute(w, w->u->off == w->ctx->families ? BGP_RESET : BGP_AFI_OFF, problem, mp->at,
                   mp->n);
}

/* What else the UPDATE says of a family that it ends has no use any more. */
static void drop_families_off(struct bgp_update *u)
{
    if (u->off & BGP_IPV4)
        u->announced_n = u->withdrawn_n = 0;
    if (u->mp_announced_n > 0 && (u->off & bgp_family_bit(u->mp_announced->family)))
        u->mp_announced_n = 0;
    if (u->mp_withdrawn_n > 0 && (u->off & bgp_family_bit(u->mp_withdrawn->family)))
        u->mp_withdrawn_n = 0;
}

static const struct attr_problem mp_bad_prefix = {
    ATTR_RESET, SUB_OPTIONAL, "BGP-7606-5.3",
    "a prefix of MP_REACH or MP_UNREACH is not well-formed"
};
static const struct attr_problem mp_bad_next_hop = {
    ATTR_RESET, SUB_OPTIONAL, "BGP-7606-7.11", "the next hop of MP_REACH_NLRI has a wrong length"
};

/* The family of the attribute; IP_NONE: none of ours, the attribute is passed over. */
static uint8_t read_family(struct walk *w, struct rd *r, const struct mp_attribute *mp)
{
    static const struct attr_problem foreign = { ATTR_DISCARD, SUB_OPTIONAL, "BGP-4760-8",
                                                 "a family that was not agreed on" };
    uint16_t afi = rd_u16(r);
    uint8_t family = bgp_family_of(afi, rd_u8(r));
    if (w->ctx->families & bgp_family_bit(family))
        return family;
    note_attribute(w, BGP_DISCARD, &foreign, mp->at, mp->n);
    return IP_NONE;
}

/* RFC 2545 3: a global address, or one and a link-local one. Some speakers with nothing but a
 * link-local address send :: before it. */
static void read_next_hops(struct walk *w, struct rd *r, uint8_t family)
{
    struct bgp_update *u = w->u;
    u->mp_next_hop = ip_from_bytes(family, rd_bytes(r, ip_bytes(family)));
    if (rd_left(r) == 0)
        return;
    struct ip_addr second = ip_from_bytes(IP_V6, rd_bytes(r, 16));
    if (!ip_is_link_local(&second))
        return;
    if (ip_is_zero(&u->mp_next_hop))
        u->mp_next_hop = second;
    else
        u->mp_next_hop_ll = second;
}

static void decode_reach(struct walk *w)
{
    struct rd r = w->reach.value;
    uint8_t family = read_family(w, &r, &w->reach);
    if (family == IP_NONE) {
        w->foreign_reach = true;
        return;
    }
    uint8_t len = rd_u8(&r);
    struct rd next_hops = rd_sub(&r, len);
    rd_u8(&r); /* reserved */
    bool fits = len == ip_bytes(family) || (family == IP_V6 && len == 32);
    if (!fits || r.bad) {
        mp_broken(w, family, &mp_bad_next_hop, &w->reach);
        return;
    }
    w->gave_routes |= rd_left(&r) > 0;
    struct prefix_list list = read_prefixes(w, &r, family);
    if (list.bad) {
        mp_broken(w, family, &mp_bad_prefix, &w->reach);
        return;
    }
    read_next_hops(w, &next_hops, family);
    w->u->mp_family = family;
    w->u->mp_announced = list.prefixes;
    w->u->mp_announced_n = list.n;
}

static void decode_unreach(struct walk *w)
{
    struct rd r = w->unreach.value;
    uint8_t family = read_family(w, &r, &w->unreach);
    if (family == IP_NONE)
        return;
    bool empty = rd_left(&r) == 0;
    struct prefix_list list = read_prefixes(w, &r, family);
    if (list.bad) {
        mp_broken(w, family, &mp_bad_prefix, &w->unreach);
        return;
    }
    w->u->mp_family = family;
    w->u->mp_withdrawn = list.prefixes;
    w->u->mp_withdrawn_n = list.n;
    if (empty && !w->other_attributes) /* RFC 4724 2 */
        w->u->end_of_rib = bgp_family_bit(family);
}

/* --- attributes ----------------------------------------------------------------------------------
 */

static void decode_unknown(struct walk *w, const uint8_t *attribute, size_t n, struct rd *value)
{
    static const struct attr_problem unrecognized = { ATTR_RESET, SUB_UNKNOWN, "BGP-4271-6.3",
                                                      "a well-known attribute that nobody knows" };
    uint8_t flags = attribute[0];
    if (!(flags & ATTR_FLAG_OPTIONAL)) {
        note_attribute(w, BGP_RESET, &unrecognized, attribute, n);
        return;
    }
    if ((flags & ATTR_FLAG_TRANSITIVE) && !attr_keep_unknown(&w->attrs, flags, attribute[1], value))
        w->attrs.no_memory = true;
}

static void decode_known(struct walk *w, const struct attr_row *row, const uint8_t *attribute,
                         size_t n, struct rd *value)
{
    const uint8_t compared = ATTR_FLAG_OPTIONAL | ATTR_FLAG_TRANSITIVE;
    const struct attr_problem from_outside = { ATTR_DISCARD, SUB_OPTIONAL, row->bad_length.id,
                                               "an internal attribute from an external peer" };
    const struct attr_problem *problem = NULL;
    if (row->internal_only && w->ctx->is_ebgp)
        problem = &from_outside;
    else if ((attribute[0] & compared) != row->flags)
        problem = &row->bad_flags;
    else if (!attr_length_fits(row, rd_left(value)))
        problem = &row->bad_length;
    else if (row->decode)
        problem = row->decode(&w->attrs, value);
    else if (row->code == ATTR_MP_REACH)
        w->reach = (struct mp_attribute){ attribute, n, *value };
    else if (row->code == ATTR_MP_UNREACH)
        w->unreach = (struct mp_attribute){ attribute, n, *value };
    else
        decode_unknown(w, attribute, n, value);
    if (problem)
        note_attribute(w, verdict_of(problem->fault), problem, attribute, n);
}

static void decode_attribute(struct walk *w, const uint8_t *attribute, size_t n, struct rd *value)
{
    static const struct attr_problem twice = { ATTR_DISCARD, SUB_LIST, "BGP-7606-3.g",
                                               "an attribute stands twice" };
    uint8_t code = attribute[1];
    bool is_mp = code == ATTR_MP_REACH || code == ATTR_MP_UNREACH;
    if (has_seen(w, code)) {
        note_attribute(w, is_mp ? BGP_RESET : BGP_DISCARD, &twice, attribute, n);
        return;
    }
    w->seen[code / 32] |= (uint32_t)1 << code % 32;
    w->other_attributes |= code != ATTR_MP_UNREACH;
    const struct attr_row *row = attr_row_of(code);
    if (row)
        decode_known(w, row, attribute, n, value);
    else
        decode_unknown(w, attribute, n, value);
}

static void decode_attributes(struct walk *w, struct rd *r)
{
    while (rd_left(r) > 0) {
        const uint8_t *attribute = r->p;
        size_t left = rd_left(r);
        uint8_t flags = rd_u8(r), code = rd_u8(r);
        uint16_t len = flags & ATTR_FLAG_EXTENDED ? rd_u16(r) : rd_u8(r);
        struct rd value = rd_sub(r, len);
        if (!value.bad) {
            decode_attribute(w, attribute, left - rd_left(r), &value);
            continue;
        }
        /* 7606 4; when the prefixes themselves are cut, they cannot be withdrawn (3.j). */
        bool is_mp = left >= 2 && (code == ATTR_MP_REACH || code == ATTR_MP_UNREACH);
        w->other_attributes = true;
        note_bytes(w,
                   note(w, is_mp ? BGP_RESET : BGP_WITHDRAW, SUB_LIST, "BGP-7606-4",
                        "the last attribute is cut short"),
                   attribute, left);
        return;
    }
}

/* --- what the whole says -------------------------------------------------------------------------
 */

/* RFC 7606 3.d; LOCAL_PREF is to come from every internal peer (4271 5.1.5). */
static void check_mandatory(struct walk *w)
{
    const struct {
        uint8_t code;
        bool needed;
        const char *what;
    } rows[] = {
        { ATTR_ORIGIN, true, "ORIGIN is missing" },
        { ATTR_AS_PATH, true, "AS_PATH is missing" },
        { ATTR_NEXT_HOP, w->u->announced_n > 0, "NEXT_HOP is missing" },
        { ATTR_LOCAL_PREF, !w->ctx->is_ebgp, "LOCAL_PREF is missing" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (!rows[i].needed || has_seen(w, rows[i].code))
            continue;
        struct bgp_fault *f = note(w, BGP_WITHDRAW, SUB_MISSING, "BGP-7606-3.d", rows[i].what);
        if (f) {
            f->attribute = rows[i].code;
            bgp_fault_set_data(f, &rows[i].code, 1);
        }
    }
}

/* 4271 6.3: an address that no router can have, or our own. */
static void check_next_hop(struct walk *w, const struct ip_addr *a, uint8_t code)
{
    bool bad = ip_is_zero(a) || ip_is_loopback(a) || ip_is_multicast(a);
    if (a->family == IP_V4)
        bad |= a->b[0] == 0 || a->b[0] >= 0xe0;
    bool own = a->family != IP_NONE && ip_eq(a, &w->ctx->local);
    if (!bad && !own)
        return;
    struct bgp_fault *f =
        note(w, BGP_WITHDRAW, SUB_NEXT_HOP, "BGP-4271-6.3",
             own ? "the next hop is our own address" : "the next hop is no address of a router");
    if (f) {
        f->attribute = code;
        bgp_fault_set_bytes(f, 0, a->b, ip_bytes(a->family));
        bgp_fault_set_data(f, a->b, ip_bytes(a->family));
    }
}

static void check_routes(struct walk *w)
{
    struct bgp_update *u = w->u;
    if (u->announced_n == 0 && u->mp_announced_n == 0)
        return;
    check_mandatory(w);
    if (u->announced_n > 0 && u->draft.head.next_hop.family != IP_NONE)
        check_next_hop(w, &u->draft.head.next_hop, ATTR_NEXT_HOP);
    if (u->mp_announced_n > 0)
        check_next_hop(w, &u->mp_next_hop, ATTR_MP_REACH);
    uint32_t first =
        aspath_first(u->draft.span[SPAN_AS_PATH], u->draft.head.span_len[SPAN_AS_PATH]);
    if (w->ctx->is_ebgp && w->ctx->enforce_first_as && first != w->ctx->remote_as) {
        struct bgp_fault *f = note(w, BGP_WITHDRAW, SUB_AS_PATH, "BGP-4271-6.3",
                                   "the first AS of the path is not the peer's");
        if (f)
            f->attribute = ATTR_AS_PATH;
    }
}

/* a becomes a and b. */
static bool join(struct arena *arena, struct prefix **a, size_t *a_n, struct prefix **b,
                 size_t *b_n)
{
    if (*a_n == 0) {
        *a = *b;
    } else if (*b_n > 0) {
        struct prefix *both = arena_alloc(arena, (*a_n + *b_n) * sizeof(**a));
        if (!both)
            return false;
        memcpy(both, *a, *a_n * sizeof(**a));
        memcpy(both + *a_n, *b, *b_n * sizeof(**b));
        *a = both;
    }
    *a_n += *b_n;
    *b = NULL;
    *b_n = 0;
    return true;
}

static void treat_as_withdraw(struct walk *w)
{
    struct bgp_update *u = w->u;
    if (!join(w->arena, &u->withdrawn, &u->withdrawn_n, &u->announced, &u->announced_n) ||
        !join(w->arena, &u->mp_withdrawn, &u->mp_withdrawn_n, &u->mp_announced, &u->mp_announced_n))
        out_of_memory(w);
}

static void decode_body(struct walk *w, struct rd *withdrawn, struct rd *attributes,
                        struct rd *nlri)
{
    struct bgp_update *u = w->u;
    bool no_routes = rd_left(withdrawn) == 0 && rd_left(nlri) == 0;
    if (no_routes && rd_left(attributes) == 0 && (w->ctx->families & BGP_IPV4))
        u->end_of_rib = BGP_IPV4; /* RFC 4724 2 */
    read_ipv4(w, withdrawn, &u->withdrawn, &u->withdrawn_n);
    w->attrs.bytes = rd_left(attributes);
    decode_attributes(w, attributes);
    const struct attr_problem *problem = attr_decode_end(&w->attrs);
    if (problem) {
        struct bgp_fault *f =
            note(w, verdict_of(problem->fault), problem->subcode, problem->id, problem->what);
        if (f)
            f->attribute = ATTR_AS_PATH;
    }
    w->gave_routes |= rd_left(nlri) > 0;
    read_ipv4(w, nlri, &u->announced, &u->announced_n);
    if (w->unreach.at)
        decode_unreach(w);
    if (w->reach.at)
        decode_reach(w);
    check_routes(w);
    if (!no_routes || w->fault.verdict != BGP_FINE)
        u->end_of_rib = 0;
    if (w->attrs.no_memory)
        out_of_memory(w);
    /* 7606 5.2: without a prefix that is announced nobody knows what to withdraw. */
    bool reachable = w->gave_routes || w->foreign_reach;
    if (w->fault.verdict == BGP_WITHDRAW && w->other_attributes && !reachable)
        w->fault.verdict = BGP_RESET;
    assert(!w->withdraw || w->fault.verdict >= BGP_WITHDRAW); /* 3.h: faults only get harder */
    drop_families_off(u);
    if (w->withdraw)
        treat_as_withdraw(w);
}

void bgp_decode_update(const uint8_t *msg, size_t n, const struct bgp_update_context *ctx,
                       struct arena *arena, struct bgp_update *ret_update,
                       struct bgp_fault *ret_fault)
{
    memset(ret_update, 0, sizeof(*ret_update));
    struct walk w = {
        .msg = msg,
        .ctx = ctx,
        .arena = arena,
        .u = ret_update,
        .attrs = { .draft = &ret_update->draft,
                   .arena = arena,
                   .as4 = ctx->as4,
                   .is_ebgp = ctx->is_ebgp },
    };
    struct rd r = rd_init(msg, n);
    rd_bytes(&r, BGP_HEADER_BYTES);
    const uint8_t *body = r.p;
    struct rd withdrawn = rd_sub(&r, rd_u16(&r));
    struct rd attributes = rd_sub(&r, rd_u16(&r));
    if (r.bad) /* 7606 3.b */
        note_bytes(&w,
                   note(&w, BGP_RESET, SUB_LIST, "BGP-7606-3.b",
                        "withdrawn routes or attributes are longer than the UPDATE"),
                   body, n >= BGP_HEADER_BYTES ? n - BGP_HEADER_BYTES : 0);
    else
        decode_body(&w, &withdrawn, &attributes, &r);
    *ret_fault = w.fault;
}
