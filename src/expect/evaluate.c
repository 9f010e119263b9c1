#include "expect/evaluate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "expect/impl.h"
#include "lang/yaml.h"
#include "net/list.h"

enum { ITEMS_ARENA_BYTES = 256 << 20 };

static const struct expect_kind kinds[] = {
    { "routes", expect_look_routes },  { "sessions", expect_look_session },
    { "tunnels", expect_look_tunnel }, { "status", expect_look_status },
    { "reach", expect_look_reach },    { "outages", expect_look_outage },
};
enum { ROUTES, SESSIONS, TUNNELS, STATUS, REACH, OUTAGES };

/* What is evaluated together: under the same failure. */
struct round {
    const topo_places_t *fail; /* NULL: none */
    const char *name;          /* of the failure; "" */
    NET_LIST_OF(struct expect_item) items;
};

struct run {
    struct expect_world *w;
    const struct topo *topo;
    const struct expect_options *options;
    struct expect_results *results;
    struct arena arena, tries;
    NET_LIST_OF(struct round) rounds;
    uint64_t began_ms;
    uint32_t deadline_ms, hold_ms, poll_ms;
    bool interrupted, full;
};

/* ---- sentences ------------------------------------------------------------------------------- */

void expect_say(struct expect_try *t, enum expect_verdict verdict, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(t->what, sizeof(t->what), format, args);
    va_end(args);
    t->verdict = verdict;
}

void expect_say_unknown(struct expect_try *t, enum expect_answer answer, const char *what,
                        const char *why)
{
    if (answer == EXPECT_NOT_HERE)
        expect_say(t, EXPECT_LEFT, "%s: cannot be told here%s%s", what, why ? ": " : "",
                   why ? why : "");
    else
        expect_say(t, EXPECT_FAILED, "%s: no answer%s%s", what, why ? ": " : "", why ? why : "");
}

/* ---- collecting ------------------------------------------------------------------------------ */

static const char *fail_name(struct run *r, const topo_places_t *fail)
{
    char buffer[EXPECT_SENTENCE_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    for (uint32_t i = 0; i < fail->count; i++) {
        text_str(&t, i ? ", " : "fail ");
        text_str(&t, expect_place_text(&r->arena, &fail->items[i]));
    }
    const char *s = arena_str(&r->arena, buffer);
    r->full |= !s;
    return s ? s : "";
}

/* The round of a `when`, made if it is new. NULL: not in this world, or no memory. */
static struct round *round_of(struct run *r, const struct expect_when *when)
{
    if (when && (when->without.count || when->add.count))
        return NULL;
    const topo_places_t *fail = when && when->fail.count ? &when->fail : NULL;
    if (fail && r->options->no_failures)
        return NULL;
    const char *name = fail ? fail_name(r, fail) : "";
    for (uint32_t i = 0; i < r->rounds.count; i++)
        if (strcmp(r->rounds.items[i].name, name) == 0)
            return &r->rounds.items[i];
    struct round *round = NET_PUSH(&r->arena, &r->rounds);
    r->full |= !round;
    if (round)
        *round = (struct round){ .fail = fail, .name = name };
    return round;
}

static void collect(struct run *r, unsigned kind, const struct topo_object *o,
                    const struct expect_when *when, bool negative)
{
    struct round *round = round_of(r, when);
    struct expect_item *item = round ? NET_PUSH(&r->arena, &round->items) : NULL;
    r->full |= round && !item;
    if (item)
        *item = (struct expect_item){
            .kind = &kinds[kind], .e = o, .o = o, .negative = negative, .since_ms = UINT64_MAX
        };
}

static bool has_only_absent(const struct expect_routes *e)
{
    bool absent = e->rows.count > 0 || (e->exactly && !e->output);
    for (uint32_t i = 0; i < e->rows.count; i++)
        absent &= e->rows.items[i].absent;
    return absent;
}

/* The base's round is the first one, whatever comes first in the file. */
static void collect_all(struct run *r)
{
    const struct topo_expect *e = &r->topo->expect;
    (void)round_of(r, NULL);
    for (uint32_t i = 0; i < e->sessions.count; i++) {
        const struct expect_session *s = &e->sessions.items[i];
        collect(r, SESSIONS, &s->o, &s->when,
                s->state == EXPECT_SESSION_DOWN || lang_get(s->o.node, "drops"));
    }
    for (uint32_t i = 0; i < e->tunnels.count; i++) {
        const struct expect_tunnel *t = &e->tunnels.items[i];
        /* A tunnel that is up without its BGP is looked at when BGP has had its time. */
        bool down = (t->state == EXPECT_DOWN && lang_get(t->o.node, "state")) ||
                    (t->bgp != EXPECT_BGP_ESTABLISHED && lang_get(t->o.node, "bgp"));
        collect(r, TUNNELS, &t->o, &t->when, down);
    }
    for (uint32_t i = 0; i < e->status.count; i++)
        collect(r, STATUS, &e->status.items[i].o, &e->status.items[i].when,
                !e->status.items[i].log && !expect_is_up_word(e->status.items[i].status));
    for (uint32_t i = 0; i < e->routes.count; i++)
        collect(r, ROUTES, &e->routes.items[i].o, &e->routes.items[i].when,
                has_only_absent(&e->routes.items[i]));
    for (uint32_t i = 0; i < e->reach.count; i++)
        collect(r, REACH, &e->reach.items[i].o, &e->reach.items[i].when,
                !e->reach.items[i].reachable);
}

/* ---- one try --------------------------------------------------------------------------------- */

static uint64_t now(struct run *r)
{
    return r->w->now_ms(r->w);
}

static bool pass_time(struct run *r, uint32_t ms)
{
    if (!r->interrupted && !r->w->wait(r->w, ms))
        r->interrupted = true;
    return !r->interrupted;
}

/* What the item has come to at this moment. */
static void look(struct run *r, struct expect_item *item)
{
    struct expect_try t = { .w = r->w,
                            .topo = r->topo,
                            .files = r->options->files,
                            .arena = &r->tries,
                            .verdict = EXPECT_FAILED };
    item->kind->look(&t, item);
    /* Only what differs from the last try takes room for good. */
    if (!item->what || strcmp(item->what, t.what) != 0)
        item->what = arena_str(&r->arena, t.what);
    r->full |= !item->what;
    item->verdict = t.verdict;
    item->at_ms = now(r) - r->began_ms;
    arena_reset(&r->tries);
}

static void report(struct run *r, const struct round *round, const struct expect_item *item)
{
    struct expect_results *out = r->results;
    struct expect_row *row = NET_PUSH(out->arena, &out->rows);
    char when[EXPECT_SENTENCE_MAX];
    const char *base = r->options->when ? r->options->when : "";
    (void)snprintf(when, sizeof(when), "%s%s%s", base, *base && *round->name ? "; " : "",
                   round->name);
    const struct lang_node *at = item->o->node;
    if (!row) {
        r->full = true;
        return;
    }
    *row = (struct expect_row){ .verdict = item->verdict,
                                .kind = item->kind->name,
                                .when = arena_str(out->arena, when),
                                .what = arena_str(out->arena, item->what ? item->what : ""),
                                .file = arena_str(out->arena, at ? at->file_name : ""),
                                .line = at ? at->line : 0,
                                .column = at ? at->column : 0,
                                .after_ms = item->at_ms };
    r->full |= !row->when || !row->what || !row->file;
    out->held += row->verdict == EXPECT_HOLDS;
    out->failed += row->verdict == EXPECT_FAILED;
    out->left += row->verdict == EXPECT_LEFT;
    if (!r->full && r->options->progress)
        r->options->progress(r->options->context, row);
}

/* ---- one round ------------------------------------------------------------------------------- */

static bool goes_on(const struct run *r)
{
    return !r->interrupted && !r->full;
}

/* Tries what is still open; how much of it is left. */
static uint32_t try_open(struct run *r, struct round *round, bool negative)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < round->items.count && goes_on(r); i++) {
        struct expect_item *item = &round->items.items[i];
        if (item->is_decided || item->negative != negative)
            continue;
        look(r, item);
        if (!negative)
            item->is_decided = item->verdict != EXPECT_FAILED;
        else if (item->verdict == EXPECT_FAILED)
            item->since_ms = UINT64_MAX;
        else if (item->since_ms == UINT64_MAX)
            item->since_ms = now(r);
        open += negative ? item->since_ms == UINT64_MAX || now(r) - item->since_ms < r->hold_ms
                         : !item->is_decided;
    }
    return open;
}

/* What has to become true. False: interrupted. */
static bool await_positive(struct run *r, struct round *round, uint64_t end)
{
    while (try_open(r, round, false) > 0 && now(r) < end)
        if (!pass_time(r, r->poll_ms))
            break;
    return goes_on(r);
}

/* A world that never settles is looked at when its time is over. */
static bool await_settled(struct run *r, uint64_t end)
{
    while (r->w->settled && !r->w->settled(r->w) && now(r) < end)
        if (!pass_time(r, r->poll_ms))
            return false;
    return true;
}

/* What must not be: looked at when nothing moves any more, and for a while. */
static bool await_negative(struct run *r, struct round *round, uint64_t end)
{
    end = MAX(end, now(r) + 2 * (uint64_t)r->hold_ms);
    while (try_open(r, round, true) > 0 && now(r) < end)
        if (!pass_time(r, r->poll_ms))
            break;
    return goes_on(r);
}

/* What held while others were waited for has to hold still, or again before the time is over. */
static void look_again(struct run *r, struct round *round, uint64_t end)
{
    for (uint32_t i = 0; i < round->items.count; i++) {
        struct expect_item *item = &round->items.items[i];
        item->is_decided = item->negative || item->verdict != EXPECT_HOLDS;
    }
    (void)await_positive(r, round, MAX(end, now(r) + r->hold_ms));
}

static void say_refused(struct run *r, struct round *round, const char *why)
{
    for (uint32_t i = 0; i < round->items.count; i++) {
        struct expect_item *item = &round->items.items[i];
        item->verdict = EXPECT_LEFT;
        item->what = why ? why : "it cannot be made to fail here";
        report(r, round, item);
    }
}

static void run_round(struct run *r, struct round *round)
{
    const char *why = NULL;
    bool has_negative = false;
    if (round->items.count == 0 || !goes_on(r))
        return;
    if (round->fail && (!r->w->fail || !r->w->fail(r->w, round->fail, &r->arena, &why))) {
        say_refused(r, round, why);
        return;
    }
    for (uint32_t i = 0; i < round->items.count; i++)
        has_negative |= round->items.items[i].negative;
    uint64_t end = now(r) + r->deadline_ms;
    if (await_positive(r, round, end) && await_settled(r, end) &&
        (!has_negative || await_negative(r, round, end)))
        look_again(r, round, end);
    for (uint32_t i = 0; i < round->items.count && goes_on(r); i++)
        report(r, round, &round->items.items[i]);
    if (round->fail)
        r->w->heal(r->w, round->fail);
}

/* Healed, the base has to hold again before the next thing fails. What did not hold before is not
 * waited for; what does not come back is a failure of its own. */
static void await_base(struct run *r, const struct round *healed)
{
    struct round *base = &r->rounds.items[0];
    char name[EXPECT_SENTENCE_MAX];
    for (uint32_t i = 0; i < base->items.count; i++) {
        struct expect_item *item = &base->items.items[i];
        item->is_decided = item->negative || item->verdict != EXPECT_HOLDS;
    }
    (void)await_positive(r, base, now(r) + r->deadline_ms);
    (void)snprintf(name, sizeof(name), "%s, healed", healed->name);
    const struct round after = { .name = name };
    for (uint32_t i = 0; i < base->items.count && goes_on(r); i++) {
        struct expect_item *item = &base->items.items[i];
        if (item->negative || item->is_decided)
            continue;
        report(r, &after, item);
    }
}

/* ---- what is added while it runs ------------------------------------------------------------- */

/* The same place in the topology that runs. */
static struct topo_place place_in(const struct topo *t, struct arena *arena,
                                  const struct topo_place *place)
{
    struct topo_place same = *place;
    same.part = NULL;
    same.object = topo_find(t, expect_place_text(arena, &same));
    same.part = place->part;
    return same;
}

/* The drops of sessions so far; false: one of them is not up yet. */
static bool note_drops(struct run *r, struct round *round)
{
    bool up = true;
    for (uint32_t i = 0; i < round->items.count; i++) {
        struct expect_item *item = &round->items.items[i];
        if (item->kind != &kinds[SESSIONS] || !lang_get(item->o->node, "drops"))
            continue;
        struct expect_session before = *(const struct expect_session *)item->e;
        struct expect_state s = { 0 };
        before.at = place_in(r->w->topo, &r->tries, &before.at);
        uint32_t session = expect_session_of(r->w->net, &before);
        bool known = session != NET_NONE &&
                     r->w->session(r->w, session, &r->tries, &s) == EXPECT_ANSWERED;
        item->drops = known ? s.drops : UINT32_MAX;
        up &= known && s.up;
        arena_reset(&r->tries);
    }
    return up;
}

/* Lets what the variant adds take effect, once its sessions are up without it. */
static void add_live(struct run *r)
{
    struct round *round = &r->rounds.items[0];
    const char *why = NULL;
    uint64_t end = now(r) + r->deadline_ms;
    while (!note_drops(r, round) && r->w->add && now(r) < end)
        if (!pass_time(r, r->poll_ms))
            return;
    bool added = r->options->adds && r->w->add && r->w->add(r->w, &r->arena, &why);
    for (uint32_t i = 0; !added && i < round->items.count; i++)
        round->items.items[i].drops = r->options->adds ? UINT32_MAX : 0;
}

/* ---- outages --------------------------------------------------------------------------------- */

static void run_outages(struct run *r)
{
    const struct topo_expect *e = &r->topo->expect;
    for (uint32_t i = 0; i < e->outages.count && goes_on(r); i++) {
        const struct topo_object *o = &e->outages.items[i].o;
        struct round round = { .name = fail_name(r, &e->outages.items[i].fail) };
        struct expect_item item = { .kind = &kinds[OUTAGES], .e = o, .o = o };
        look(r, &item);
        if (goes_on(r))
            report(r, &round, &item);
        await_base(r, &round);
    }
}

bool expect_evaluate(struct expect_world *w, const struct topo *t,
                     const struct expect_options *options, struct expect_results *results)
{
    struct run r = { .w = w,
                     .topo = t,
                     .options = options,
                     .results = results,
                     .began_ms = w->now_ms(w),
                     .deadline_ms = options->deadline_ms ? options->deadline_ms : 60000,
                     .hold_ms = options->hold_ms ? options->hold_ms : 2000,
                     .poll_ms = options->poll_ms ? options->poll_ms : 250 };
    arena_init(&r.arena, ITEMS_ARENA_BYTES);
    arena_init(&r.tries, EXPECT_TRY_ARENA_BYTES);
    collect_all(&r);
    if (goes_on(&r) && options->adds)
        add_live(&r);
    for (uint32_t i = 0; i < r.rounds.count && goes_on(&r); i++) {
        run_round(&r, &r.rounds.items[i]);
        if (i > 0 && goes_on(&r))
            await_base(&r, &r.rounds.items[i]);
    }
    if (!options->no_failures)
        run_outages(&r);
    bool ok = goes_on(&r);
    arena_done(&r.tries);
    arena_done(&r.arena);
    return ok;
}
