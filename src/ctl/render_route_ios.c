/* show ip route in IOS's layout. The routes of one major network (class A, B or C) stand under a
 * line that counts them and their masks, so their lines are held back until the network is
 * complete. Only what is selected is shown, and of a recursive route only what it was given. IOS
 * also lists a host route for each of its own addresses; they are made from the interfaces. */
#include "base/mem.h"
#include "base/number.h"
#include "ctl/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ios_interface {
    uint32_t index;
    char name[64];
};

struct ios_local { /* an address of ours, as a host route */
    struct prefix prefix;
    uint32_t if_index;
};

struct ios_entry { /* in the buffer of held lines, followed by `len` characters */
    struct prefix prefix;
    char code[4];
    uint32_t len;
};

struct ios_routes {
    struct view_sink interfaces;
    struct route_table *t;
    struct ios_interface *ifs; /* heap */
    size_t n_ifs, cap_ifs;
    struct ios_local *locals; /* heap, sorted */
    size_t n_locals, cap_locals, next_local;
    char *held; /* heap: entries of the major network */
    size_t held_len, held_cap;
    unsigned n_held;
    uint64_t masks;
    struct prefix major;
    uint32_t local_as;
};

static const char codes_v4[] =
    "Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP\n"
    "       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area \n"
    "       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2\n"
    "       E1 - OSPF external type 1, E2 - OSPF external type 2\n"
    "       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2\n"
    "       ia - IS-IS inter area, * - candidate default, U - per-user static route\n"
    "       o - ODR, P - periodic downloaded static route, H - NHRP, l - LISP\n"
    "       a - application route\n"
    "       + - replicated route, % - next hop override, p - overrides from PfR\n"
    "\n";

static const char codes_v6[] =
    "Codes: C - Connected, L - Local, S - Static, U - Per-user Static route\n"
    "       B - BGP, R - RIP, I1 - ISIS L1, I2 - ISIS L2\n"
    "       IA - ISIS interarea, IS - ISIS summary, D - EIGRP, EX - EIGRP external\n"
    "       ND - ND Default, NDp - ND Prefix, DCE - Destination, NDr - Redirect\n"
    "       O - OSPF Intra, OI - OSPF Inter, OE1 - OSPF ext 1, OE2 - OSPF ext 2\n"
    "       ON1 - OSPF NSSA ext 1, ON2 - OSPF NSSA ext 2, la - LISP alt\n"
    "       lr - LISP site-registrations, ld - LISP dyn-eid, a - Application\n";

/* Room for one more element of a heap array; false without memory. */
static bool grow(void **array, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return true;
    size_t to = MAX(need, *cap * 2 + 16);
    void *v = mem_resize(MEM_CTL, *array, *cap * size, to * size);
    if (!v)
        return false;
    *array = v;
    *cap = to;
    return true;
}

/* --- interfaces ------------------------------------------------------------------------------ */

static bool add_local(struct ios_routes *x, const struct view_interface *i, const char *text)
{
    char word[PREFIX_TEXT_MAX];
    char *slash;
    struct ip_addr a;
    snprintf(word, sizeof(word), "%s", text);
    slash = strchr(word, '/');
    if (slash)
        *slash = '\0';
    uint8_t bits = ip_bits(x->t->family);
    uint64_t len = bits;
    if (slash && !number_parse(slash + 1, bits, &len))
        return true;
    if (!ip_parse(word, &a) || a.family != x->t->family || len >= bits || ip_is_loopback(&a))
        return true;
    void *v = x->locals;
    if (!grow(&v, &x->cap_locals, x->n_locals + 1, sizeof(*x->locals)))
        return false;
    x->locals = v;
    x->locals[x->n_locals++] =
        (struct ios_local){ .prefix = prefix_of(&a, bits), .if_index = i->index };
    return true;
}

static bool add_locals(struct ios_routes *x, const struct view_interface *i)
{
    char list[sizeof(i->addresses)];
    char *next = NULL;
    if (!i->running)
        return true;
    snprintf(list, sizeof(list), "%s", i->addresses);
    for (char *w = strtok_r(list, " ", &next); w; w = strtok_r(NULL, " ", &next)) {
        if (!add_local(x, i, w))
            return false;
    }
    return true;
}

static bool take_interface(struct view_sink *sink, const struct view *view, const void *record)
{
    struct ios_routes *x = container_of(sink, struct ios_routes, interfaces);
    const struct view_interface *i = record;
    if (view->id != VIEW_INTERFACE)
        return true;
    void *v = x->ifs;
    if (!grow(&v, &x->cap_ifs, x->n_ifs + 1, sizeof(*x->ifs)) || !add_locals(x, i)) {
        x->t->no_memory = true;
        return false;
    }
    x->ifs = v;
    struct ios_interface *to = &x->ifs[x->n_ifs++];
    to->index = i->index;
    snprintf(to->name, sizeof(to->name), "%s", i->alias[0] ? i->alias : i->name);
    return true;
}

struct view_sink *route_table_ios_interfaces(struct route_table *t)
{
    return &t->ios->interfaces;
}

static const char *interface_name(const struct ios_routes *x, uint32_t index, const char *kernel)
{
    for (size_t i = 0; i < x->n_ifs; i++) {
        if (x->ifs[i].index == index)
            return x->ifs[i].name;
    }
    return kernel[0] ? kernel : "unknown";
}

/* --- lines ----------------------------------------------------------------------------------- */

static struct prefix major_of(const struct prefix *p)
{
    struct ip_addr a = prefix_addr(p);
    return prefix_of(&a, render_natural_len(p));
}

static void put_entry(struct render *r, const struct ios_entry *e, const char *text, bool is_child,
                      bool with_len)
{
    char s[PREFIX_TEXT_MAX];
    struct text t = text_init(s, sizeof(s));
    struct ip_addr a = prefix_addr(&e->prefix);
    if (with_len)
        text_prefix(&t, &e->prefix);
    else
        text_ip(&t, &a);
    render_str(r, e->code);
    render_to(r, is_child ? 9 : 6);
    render_str(r, s);
    size_t column = r->column;
    const char *end = text + e->len;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t n = (size_t)((newline ? newline : end) - text);
        render_to(r, column);
        render_bytes(r, text, n);
        render_str(r, "\n");
        text += n + 1;
    }
}

static void put_major(struct ios_routes *x)
{
    struct render *r = x->t->r;
    unsigned masks = (unsigned)__builtin_popcountll(x->masks);
    uint8_t natural = x->major.len;
    bool alone = x->n_held == 1 && x->masks == UINT64_C(1) << natural;
    if (x->n_held && !alone) {
        char s[IP_TEXT_MAX];
        struct ip_addr a = prefix_addr(&x->major);
        render_ip_text(DIALECT_IOS, &a, s);
        if (masks == 1)
            render_f(r, "      %s/%d is subnetted, %u subnets\n", s, __builtin_ctzll(x->masks),
                     x->n_held);
        else
            render_f(r, "      %s/%u is variably subnetted, %u subnets, %u masks\n", s, natural,
                     x->n_held, masks);
    }
    for (size_t at = 0; at < x->held_len;) {
        struct ios_entry e;
        memcpy(&e, x->held + at, sizeof(e));
        put_entry(r, &e, x->held + at + sizeof(e), !alone, alone || masks > 1);
        at += sizeof(e) + e.len;
    }
    x->held_len = 0;
    x->n_held = 0;
    x->masks = 0;
}

static void hold(struct ios_routes *x, const struct prefix *p, const char *code, const char *text)
{
    struct ios_entry e = { .prefix = *p, .len = (uint32_t)strlen(text) };
    snprintf(e.code, sizeof(e.code), "%s", code);
    if (x->t->family == IP_V6) { /* no classes */
        char s[PREFIX_TEXT_MAX];
        render_prefix_text(DIALECT_IOS, p, s);
        render_f(x->t->r, "%-4s%s%s", code, s, text);
        return;
    }
    struct prefix major = major_of(p);
    bool is_super = p->len < major.len;
    if (x->n_held && (is_super || !prefix_eq(&major, &x->major)))
        put_major(x);
    if (is_super) {
        put_entry(x->t->r, &e, text, false, true);
        return;
    }
    void *v = x->held;
    if (!grow(&v, &x->held_cap, x->held_len + sizeof(e) + e.len, 1)) {
        x->t->no_memory = true;
        return;
    }
    x->held = v;
    memcpy(x->held + x->held_len, &e, sizeof(e));
    memcpy(x->held + x->held_len + sizeof(e), text, e.len);
    x->held_len += sizeof(e) + e.len;
    x->major = major;
    x->masks |= UINT64_C(1) << p->len;
    x->n_held++;
}

static void hold_locals(struct ios_routes *x, const struct prefix *before)
{
    while (x->next_local < x->n_locals &&
           (!before || prefix_cmp(&x->locals[x->next_local].prefix, before) < 0)) {
        const struct ios_local *l = &x->locals[x->next_local++];
        char text[160];
        const char *name = interface_name(x, l->if_index, "");
        snprintf(text, sizeof(text),
                 x->t->family == IP_V6 ? " [0/0]\n     via %s, receive\n"
                                       : " is directly connected, %s\n",
                 name);
        hold(x, &l->prefix, "L", text);
    }
}

static const char *code_of(const struct view_fib_route *route)
{
    static const char *const codes[FIB_SOURCE_COUNT][2] = {
        [FIB_KERNEL] = { "K", "K*" },
        [FIB_CONNECTED] = { "C", "C*" },
        [FIB_STATIC] = { "S", "S*" },
        [FIB_BGP] = { "B", "B*" },
    };
    bool is_candidate = route->prefix.len == 0 && route->prefix.family == IP_V4;
    return route->source < FIB_SOURCE_COUNT ? codes[route->source][is_candidate] : "?";
}

static void text_hop_v4(struct text *t, const struct ios_routes *x, const struct view_fib_route *v,
                        const struct view_fib_nexthop *h)
{
    char s[RENDER_AGE_MAX];
    if (ip_bytes(h->next_hop.family) == 0) {
        text_str(t, " is directly connected, ");
        text_str(t, interface_name(x, h->if_index, h->interface));
    } else {
        text_str(t, " [");
        text_u64(t, v->distance);
        text_char(t, '/');
        text_u64(t, v->metric);
        text_str(t, "] via ");
        text_ip(t, &h->next_hop);
        if (v->source == FIB_BGP) {
            render_age(DIALECT_IOS, MAX(v->age, 0), s);
            text_str(t, ", ");
            text_str(t, s);
        }
    }
    text_char(t, '\n');
}

static void text_hop_v6(struct text *t, const struct ios_routes *x,
                        const struct view_fib_nexthop *h)
{
    char s[IP_TEXT_MAX];
    text_str(t, "     via ");
    if (ip_bytes(h->next_hop.family)) {
        render_ip_text(DIALECT_IOS, &h->next_hop, s);
        text_str(t, s);
        if (h->interface[0] && !h->recursive) {
            text_str(t, ", ");
            text_str(t, interface_name(x, h->if_index, h->interface));
        }
    } else {
        text_str(t, interface_name(x, h->if_index, h->interface));
        text_str(t, ", directly connected");
    }
    text_char(t, '\n');
}

static void put_line(struct route_table *t)
{
    struct ios_routes *x = t->ios;
    const struct view_fib_route *v = &t->route;
    char buf[FIB_PATHS_MAX * 160];
    struct text text = text_init(buf, sizeof(buf));
    if (!v->selected)
        return;
    hold_locals(x, &v->prefix);
    if (t->family == IP_V6) {
        text_str(&text, " [");
        text_u64(&text, v->distance);
        text_char(&text, '/');
        text_u64(&text, v->metric);
        text_str(&text, "]\n");
    }
    if (v->kind != FIB_UNICAST)
        text_str(&text, t->family == IP_V6 ? "     via Null0, directly connected\n"
                                           : " is directly connected, Null0\n");
    for (size_t i = 0; i < t->n && v->kind == FIB_UNICAST; i++) {
        if (t->hops[i].depth == 0 && t->family == IP_V6)
            text_hop_v6(&text, x, &t->hops[i]);
        else if (t->hops[i].depth == 0)
            text_hop_v4(&text, x, v, &t->hops[i]);
    }
    t->shown++;
    hold(x, &v->prefix, code_of(v), buf);
}

/* --- one prefix in detail -------------------------------------------------------------------- */

static void put_hop_detail(struct route_table *t, const struct view_fib_nexthop *h, bool is_first)
{
    const struct view_fib_route *v = &t->route;
    struct render *r = t->r;
    char s[IP_TEXT_MAX], age[RENDER_AGE_MAX];
    render_ip_text(DIALECT_IOS, &h->next_hop, s);
    render_age(DIALECT_IOS, MAX(v->age, 0), age);
    render_str(r, is_first ? "  * " : "    ");
    if (ip_bytes(h->next_hop.family) == 0)
        render_f(r, "directly connected, via %s\n",
                 interface_name(t->ios, h->if_index, h->interface));
    else if (v->source == FIB_BGP)
        render_f(r, "%s, from %s, %s ago\n", s, s, age);
    else
        render_f(r, "%s\n", s);
    render_f(r, "      Route metric is %u, traffic share count is %u\n", v->metric,
             MAX(h->weight, 1u));
}

static void put_detail(struct route_table *t)
{
    const struct view_fib_route *v = &t->route;
    struct render *r = t->r;
    char s[PREFIX_TEXT_MAX];
    struct text text = text_init(s, sizeof(s));
    if (!v->selected)
        return;
    text_prefix(&text, &v->prefix);
    t->shown++;
    render_f(r, "Routing entry for %s%s\n", s,
             v->prefix.len == 0 && v->prefix.family == IP_V4 ? ", supernet" : "");
    render_f(r, "  Known via \"%s", route_source_name(v->source));
    if (v->source == FIB_BGP && t->ios->local_as)
        render_f(r, " %u", t->ios->local_as);
    render_f(r, "\", distance %u, metric %u%s%s\n", v->distance, v->metric,
             v->prefix.len == 0 ? ", candidate default path" : "",
             v->source == FIB_CONNECTED ? " (connected, via interface)" : "");
    if (v->tag)
        render_f(r, "  Tag %u\n", v->tag);
    if (v->source == FIB_BGP && t->n) {
        char from[IP_TEXT_MAX], age[RENDER_AGE_MAX];
        render_ip_text(DIALECT_IOS, &t->hops[0].next_hop, from);
        render_age(DIALECT_IOS, MAX(v->age, 0), age);
        render_f(r, "  Last update from %s %s ago\n", from, age);
    }
    render_str(r, "  Routing Descriptor Blocks:\n");
    if (v->kind != FIB_UNICAST)
        render_f(r,
                 "  * directly connected, via Null0\n"
                 "      Route metric is %u, traffic share count is 1\n",
                 v->metric);
    bool is_first = true;
    for (size_t i = 0; i < t->n && v->kind == FIB_UNICAST; i++) {
        if (t->hops[i].depth)
            continue;
        put_hop_detail(t, &t->hops[i], is_first);
        is_first = false;
    }
}

/* --- the table ------------------------------------------------------------------------------- */

bool route_table_ios_init(struct route_table *t, struct render *r, uint8_t family, bool detail)
{
    route_table_init(t, r, family, detail);
    t->put = detail ? put_detail : put_line;
    t->ios = mem_alloc(MEM_CTL, sizeof(*t->ios));
    if (!t->ios)
        return false;
    t->ios->t = t;
    t->ios->interfaces.emit = take_interface;
    return true;
}

static int compare_locals(const void *a, const void *b)
{
    const struct ios_local *x = a, *y = b;
    return prefix_cmp(&x->prefix, &y->prefix);
}

void route_table_ios_head(struct route_table *t, const struct route_head_ios *head)
{
    struct ios_routes *x = t->ios;
    char s[IP_TEXT_MAX];
    x->local_as = head->local_as;
    if (!head->locals)
        x->n_locals = 0;
    if (x->n_locals)
        qsort(x->locals, x->n_locals, sizeof(*x->locals), compare_locals);
    if (t->detail)
        return;
    if (t->family == IP_V6) {
        render_f(t->r, "IPv6 Routing Table - default - %llu entries\n",
                 (unsigned long long)(head->entries + x->n_locals));
        render_str(t->r, codes_v6);
        return;
    }
    render_str(t->r, codes_v4);
    render_ip_text(DIALECT_IOS, &head->gateway, s);
    if (head->has_default)
        render_f(t->r, "Gateway of last resort is %s to network 0.0.0.0\n\n",
                 ip_bytes(head->gateway.family) ? s : "0.0.0.0");
    else
        render_str(t->r, "Gateway of last resort is not set\n\n");
}

bool route_table_ios_end(struct route_table *t)
{
    bool ok = route_table_end(t);
    if (!t->detail) {
        hold_locals(t->ios, NULL);
        put_major(t->ios);
    }
    return ok && !t->no_memory;
}

void route_table_done(struct route_table *t)
{
    mem_free(MEM_CTL, t->hops, t->cap * sizeof(*t->hops));
    struct ios_routes *x = t->ios;
    if (x) {
        mem_free(MEM_CTL, x->ifs, x->cap_ifs * sizeof(*x->ifs));
        mem_free(MEM_CTL, x->locals, x->cap_locals * sizeof(*x->locals));
        mem_free(MEM_CTL, x->held, x->held_cap);
        mem_free(MEM_CTL, x, sizeof(*x));
    }
    t->hops = NULL;
    t->ios = NULL;
}
