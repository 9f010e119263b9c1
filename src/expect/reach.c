/* Who reaches whom, by which way, and what is seen of it; and how long a failure cuts it off. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect/impl.h"
#include "lang/yaml.h"

/* ---- what is asked --------------------------------------------------------------------------- */

/* "icmp", "tcp/22", "udp/53". False: something else. */
static bool read_service(const char *service, struct expect_ask *ask)
{
    ask->protocol = EXPECT_ICMP;
    if (!service || strcmp(service, "icmp") == 0)
        return true;
    bool tcp = strncmp(service, "tcp/", 4) == 0;
    char *end;
    unsigned long port = strtoul(service + MIN(strlen(service), (size_t)4), &end, 10);
    if ((!tcp && strncmp(service, "udp/", 4) != 0) || *end || port == 0 || port > UINT16_MAX)
        return false;
    ask->protocol = tcp ? EXPECT_TCP : EXPECT_UDP;
    ask->port = (uint16_t)port;
    return true;
}

static unsigned wants(const struct expect_reach *e)
{
    bool path = e->path.count || e->avoids.count || lang_get(e->o.node, "encrypted");
    return (path ? EXPECT_WANT_PATH : 0) | (e->hops.count ? EXPECT_WANT_HOPS : 0) |
           (e->source_seen ? EXPECT_WANT_SOURCE : 0) | (e->mtu_bytes ? EXPECT_WANT_MTU : 0);
}

/* ---- what is seen ---------------------------------------------------------------------------- */

/* One pair of hosts. */
struct look {
    struct expect_try *t;
    const struct expect_reach *e;
    const char *name; /* "client -> vm-spoke10" */
    const struct expect_probe *probe;
};

static bool passes(const struct net *n, const struct topo_place *place,
                   const struct expect_passed *p)
{
    return expect_is_node(n, place, p->node) || expect_is_tunnel(n, place, p->tunnel);
}

/* The way in words: "client, tky01, vpngw-spoke10:0". */
static const char *way_text(struct look *l)
{
    char buffer[EXPECT_SENTENCE_MAX / 2];
    struct text text = text_init(buffer, sizeof(buffer));
    const struct net *n = l->t->w->net;
    for (uint32_t i = 0; i < l->probe->there.count; i++) {
        uint32_t node = l->probe->there.items[i].node;
        text_str(&text, i ? ", " : "");
        text_str(&text, node < n->nodes.count ? n->nodes.items[node].name : "?");
    }
    const char *s = arena_str(l->t->arena, buffer);
    return s ? s : "";
}

static bool look_path(struct look *l)
{
    const struct net *n = l->t->w->net;
    const struct expect_probe *p = l->probe;
    uint32_t at = 0;
    for (uint32_t i = 0; i < l->e->path.count; i++) {
        const struct topo_place *place = &l->e->path.items[i];
        while (at < p->there.count && !passes(n, place, &p->there.items[at]))
            at++;
        if (at == p->there.count) {
            expect_say(l->t, EXPECT_FAILED, "%s: has to pass %s%s; the way: %s", l->name,
                       expect_place_text(l->t->arena, place), i ? " then" : "", way_text(l));
            return false;
        }
    }
    for (uint32_t i = 0; i < l->e->avoids.count; i++)
        for (uint32_t k = 0; k < p->there.count; k++)
            if (passes(n, &l->e->avoids.items[i], &p->there.items[k])) {
                expect_say(l->t, EXPECT_FAILED, "%s: must not pass %s; the way: %s", l->name,
                           expect_place_text(l->t->arena, &l->e->avoids.items[i]), way_text(l));
                return false;
            }
    return true;
}

/* Where others could read: between the networks. Inside of its own sites and networks a packet may
 * be in clear. */
static bool is_foreign(enum net_node_kind kind)
{
    return kind == NET_EDGE || kind == NET_CARRIER || kind == NET_INTERNET ||
           kind == NET_CIRCUIT_GATEWAY;
}

/* Who saw it in clear there or back; NET_NONE: nobody. *ret_sealed: somebody saw it in a tunnel. */
static uint32_t clear_at(const struct look *l, bool *ret_sealed)
{
    const struct net *n = l->t->w->net;
    const expect_way_t *ways[] = { &l->probe->there, &l->probe->back };
    for (size_t w = 0; w < ARRAY_LEN(ways); w++)
        for (uint32_t i = 0; i < ways[w]->count; i++) {
            const struct expect_passed *p = &ways[w]->items[i];
            *ret_sealed |= p->sealed || p->tunnel != NET_NONE;
            if (!p->sealed && p->node < n->nodes.count && is_foreign(n->nodes.items[p->node].kind))
                return p->node;
        }
    return NET_NONE;
}

static bool look_encryption(struct look *l)
{
    bool sealed = false;
    uint32_t clear = clear_at(l, &sealed);
    bool encrypted = sealed && clear == NET_NONE;
    if (encrypted == l->e->encrypted)
        return true;
    if (encrypted)
        expect_say(l->t, EXPECT_FAILED, "%s: in clear expected, it goes through a tunnel", l->name);
    else if (clear != NET_NONE)
        expect_say(l->t, EXPECT_FAILED, "%s: encrypted expected, %s sees it in clear", l->name,
                   l->t->w->net->nodes.items[clear].name);
    else
        expect_say(l->t, EXPECT_FAILED, "%s: encrypted expected, no tunnel is on its way", l->name);
    return false;
}

static const char *hop_text(struct look *l, const struct ip_addr *a)
{
    return a->family == IP_NONE ? "*" : expect_ip_text(l->t->arena, a);
}

static bool look_hops(struct look *l)
{
    const topo_texts_t *e = &l->e->hops;
    uint32_t found = l->probe->hops.count, n = MAX(e->count, found);
    for (uint32_t i = 0; i < n; i++) {
        const char *expected = i < e->count ? e->items[i] : "the end";
        const char *hop = i < found ? hop_text(l, &l->probe->hops.items[i]) : "the end";
        if (strcmp(expected, hop) != 0) {
            expect_say(l->t, EXPECT_FAILED, "%s: hop %u: %s expected, it is %s", l->name, i + 1,
                       expected, hop);
            return false;
        }
    }
    return true;
}

static bool look_details(struct look *l)
{
    const struct expect_reach *e = l->e;
    const struct expect_probe *p = l->probe;
    unsigned want = wants(e);
    if (want & EXPECT_WANT_PATH && !p->path_known) {
        expect_say(l->t, EXPECT_LEFT, "%s: it is reached; by which way cannot be told here",
                   l->name);
        return false;
    }
    if (want & EXPECT_WANT_PATH && !look_path(l))
        return false;
    if (lang_get(e->o.node, "encrypted") && !look_encryption(l))
        return false;
    if (e->hops.count && !look_hops(l))
        return false;
    if (e->source_seen &&
        strcmp(e->source_seen, expect_ip_text(l->t->arena, &p->source_seen)) != 0) {
        expect_say(l->t, EXPECT_FAILED, "%s: comes from %s, expected; it comes from %s", l->name,
                   e->source_seen, expect_ip_text(l->t->arena, &p->source_seen));
        return false;
    }
    if (e->mtu_bytes && e->mtu_bytes != p->mtu_bytes) {
        expect_say(l->t, EXPECT_FAILED, "%s: %u bytes pass whole, expected; it is %u", l->name,
                   e->mtu_bytes, p->mtu_bytes);
        return false;
    }
    return true;
}

/* ---- one pair -------------------------------------------------------------------------------- */

static const char *pair_name(struct expect_try *t, const struct expect_ask *ask,
                             const char *service)
{
    char buffer[EXPECT_SENTENCE_MAX / 2];
    struct text text = text_init(buffer, sizeof(buffer));
    const struct net *n = t->w->net;
    text_str(&text, n->nodes.items[ask->from].name);
    text_str(&text, " -> ");
    if (ask->to != NET_NONE) {
        text_str(&text, n->nodes.items[ask->to].name);
        text_char(&text, ' ');
    }
    text_str(&text, expect_ip_text(t->arena, &ask->address));
    if (service) {
        text_char(&text, ' ');
        text_str(&text, service);
    }
    const char *s = arena_str(t->arena, buffer);
    return s ? s : "";
}

/* True: this pair is as expected. */
static bool look_pair(struct expect_try *t, const struct expect_reach *e,
                      const struct expect_ask *ask)
{
    struct expect_probe probe = { 0 };
    struct look l = { t, e, pair_name(t, ask, e->service), &probe };
    enum expect_answer answer = t->w->probe(t->w, ask, t->arena, &probe);
    const char *why = probe.why_not;
    if (answer != EXPECT_ANSWERED) {
        expect_say_unknown(t, answer, l.name, why);
        return false;
    }
    if (probe.reachable != e->reachable) {
        if (e->reachable)
            expect_say(t, EXPECT_FAILED, "%s: reachable expected, it is not%s%s", l.name,
                       why ? ": " : "", why ? why : "");
        else
            expect_say(t, EXPECT_FAILED, "%s: must not be reached; it is%s%s", l.name,
                       probe.there.count ? ", by " : "", way_text(&l));
        return false;
    }
    if (e->reachable && !look_details(&l))
        return false;
    expect_say(t, EXPECT_HOLDS, "%s: %s", l.name, e->reachable ? "reachable" : "not reachable");
    return true;
}

/* What stands behind a fabric sends from its own address. */
static struct ip_addr source_of(const struct net *n, const struct expect_stand *from)
{
    return n->nodes.items[from->node].kind == NET_FABRIC ? from->address
                                                         : expect_source_of(n, from->node);
}

/* Who is asked, instead of `to` or besides it. */
static uint32_t targets(struct expect_try *t, const struct expect_reach *e,
                        struct expect_stand *ret)
{
    uint32_t n = e->to.object ? expect_stands(t->w, &e->to, ret, EXPECT_PAIRS_MAX) : 0;
    if (e->address.family == IP_NONE)
        return n;
    uint32_t node = n > 0 ? ret[0].node : expect_node_with(t->w->net, &e->address);
    ret[0] = (struct expect_stand){ node, e->address };
    return 1;
}

void expect_look_reach(struct expect_try *t, const struct expect_item *item)
{
    const struct expect_reach *e = item->e;
    struct expect_stand from[EXPECT_PAIRS_MAX], to[EXPECT_PAIRS_MAX];
    struct expect_ask ask = { .want = e->reachable ? wants(e) : 0 };
    if (!read_service(e->service, &ask)) {
        expect_say(t, EXPECT_FAILED, "\"%s\" is no service: icmp, tcp/PORT, udp/PORT", e->service);
        return;
    }
    uint32_t senders = expect_stands(t->w, &e->from, from, EXPECT_PAIRS_MAX);
    uint32_t n = targets(t, e, to), pairs = 0;
    for (uint32_t i = 0; i < senders; i++)
        for (uint32_t k = 0; k < n && pairs < EXPECT_PAIRS_MAX; k++) {
            if (from[i].node == to[k].node)
                continue;
            pairs++;
            ask.from = from[i].node;
            ask.to = to[k].node;
            ask.source = source_of(t->w->net, &from[i]);
            ask.address = to[k].address;
            if (!look_pair(t, e, &ask))
                return;
        }
    if (pairs == 0)
        expect_say(t, EXPECT_LEFT, "%s -> %s: no host stands there",
                   expect_place_text(t->arena, &e->from), expect_place_text(t->arena, &e->to));
}

/* ---- outages --------------------------------------------------------------------------------- */

void expect_look_outage(struct expect_try *t, const struct expect_item *item)
{
    const struct expect_outage *e = item->e;
    struct expect_stand from, to;
    struct expect_loss loss = { 0 };
    const char *fails = expect_place_text(t->arena, &e->fail.items[0]);
    const char *how = e->planned ? "maintenance of" : "failure of";
    if (expect_stands(t->w, &e->from, &from, 1) == 0 || expect_stands(t->w, &e->to, &to, 1) == 0) {
        expect_say(t, EXPECT_LEFT, "%s %s: no host stands there", how, fails);
        return;
    }
    struct expect_drill ask = { .fail = &e->fail,
                                .planned = e->planned,
                                .from = from.node,
                                .to = to.node,
                                .source = source_of(t->w->net, &from),
                                .address = to.address,
                                .bound_ms = e->at_most_ms };
    enum expect_answer answer = EXPECT_NOT_HERE;
    if (t->w->drill)
        answer = t->w->drill(t->w, &ask, t->arena, &loss);
    if (answer != EXPECT_ANSWERED) {
        expect_say_unknown(t, answer, fails, loss.why);
        return;
    }
    uint32_t worst =
        MAX(MAX(loss.there_ms, loss.back_ms), MAX(loss.heal_there_ms, loss.heal_back_ms));
    bool holds = worst <= e->at_most_ms;
    expect_say(t, holds ? EXPECT_HOLDS : EXPECT_FAILED,
               "%s %s: cut off for %u ms there and %u ms back, %u and %u ms when healed; at most "
               "%u ms expected%s%s",
               how, fails, loss.there_ms, loss.back_ms, loss.heal_there_ms, loss.heal_back_ms,
               e->at_most_ms, !holds && loss.why ? ": " : "", !holds && loss.why ? loss.why : "");
}
