/* lab/drill.h, the pure half: losses as times of silence, and how they are told. */
#include <string.h>

#include "lab/drill.h"

/* A time of silence in one way. */
struct silence {
    ns_t from, to;
    uint32_t lost;
};

/* The next silence from packet *at on; false: no more. One that did not end lasts to the end. */
static bool next_silence(const struct lab_drill_log *l, uint32_t *at, struct silence *ret)
{
    uint32_t i = *at;
    while (i < l->count && l->sent[i].copies)
        i++;
    if (i == l->count)
        return false;
    uint32_t first = i;
    while (i < l->count && l->sent[i].copies == 0)
        i++;
    ret->from = l->sent[first].at;
    ret->to = i < l->count ? l->sent[i].at
                           : l->sent[l->count - 1].at + LAB_DRILL_INTERVAL_US * NS_PER_US;
    ret->lost = i - first;
    *at = i;
    return true;
}

/* --- one way ---------------------------------------------------------------------------------- */

static void analyse_way(const struct lab_drill_log *l, ns_t start, struct lab_drill_way *w)
{
    struct silence s;
    *w = (struct lab_drill_way){ .sent = l->count,
                                 .reordered = l->reordered,
                                 .refused = l->refused,
                                 .skipped = l->skipped,
                                 .first_lost = NS_NEVER,
                                 .last_lost = NS_NEVER };
    for (uint32_t i = 0; i < l->count; i++) {
        w->duplicated += l->sent[i].copies > 1 ? l->sent[i].copies - 1 : 0;
        w->delay_max_us = MAX(w->delay_max_us, l->sent[i].copies ? l->sent[i].delay_us : 0);
        if (l->sent[i].copies == 0)
            w->last_lost = l->sent[i].at - start;
    }
    for (uint32_t at = 0; next_silence(l, &at, &s);) {
        if (w->first_lost == NS_NEVER)
            w->first_lost = s.from - start;
        w->lost += s.lost;
        w->longest = MAX(w->longest, s.to - s.from);
        w->total += s.to - s.from;
    }
}

/* --- both ways -------------------------------------------------------------------------------- */

/* Silences of both ways in the order of their beginnings; those that touch are one. */
struct merged {
    const struct lab_drill_log *log;
    uint32_t at[LAB_DRILL_WAYS];
    struct silence next[LAB_DRILL_WAYS];
    bool has[LAB_DRILL_WAYS];
};

static void advance(struct merged *m, int way)
{
    m->has[way] = next_silence(&m->log[way], &m->at[way], &m->next[way]);
}

static bool take_first(struct merged *m, struct silence *ret)
{
    int way = m->has[0] && (!m->has[1] || m->next[0].from <= m->next[1].from) ? 0 : 1;
    if (!m->has[way])
        return false;
    *ret = m->next[way];
    advance(m, way);
    return true;
}

static bool next_merged(struct merged *m, struct silence *ret)
{
    if (!take_first(m, ret))
        return false;
    for (;;) {
        struct silence more;
        bool touches = (m->has[0] && m->next[0].from <= ret->to) ||
                       (m->has[1] && m->next[1].from <= ret->to);
        if (!touches || !take_first(m, &more))
            return true;
        ret->to = MAX(ret->to, more.to);
        ret->lost += more.lost;
    }
}

/* A silence belongs to the event before its beginning, whole: it may outlast the next event, which
 * ended it or did not. */
static struct lab_drill_event *event_before(struct lab_drill_report *r, ns_t at)
{
    struct lab_drill_event *found = NULL;
    for (uint32_t i = 0; i < r->event_count && r->event[i].at <= at; i++)
        found = &r->event[i];
    return found;
}

static void note_event(struct lab_drill_event *e, const struct silence *s, ns_t start)
{
    ns_t from = s->from - start - e->at;
    if (e->first_lost == NS_NEVER)
        e->first_lost = from;
    e->last_lost = s->to - start - e->at - LAB_DRILL_INTERVAL_US * NS_PER_US;
    e->lost += s->lost;
    e->longest = MAX(e->longest, s->to - s->from);
    e->total += s->to - s->from;
}

static ns_t end_of(const struct lab_drill_log *l, ns_t start)
{
    return l->count ? l->sent[l->count - 1].at - start + LAB_DRILL_INTERVAL_US * NS_PER_US : 0;
}

void lab_drill_analyse(const struct lab_drill_log log[LAB_DRILL_WAYS], ns_t start,
                       struct lab_drill_report *report)
{
    struct merged m = { .log = log };
    struct silence s;
    assert(report->event_count <= LAB_DRILL_EVENTS_MAX);
    report->duration = report->total = 0;
    for (uint32_t i = 0; i < report->event_count; i++) {
        struct lab_drill_event *e = &report->event[i];
        e->lost = 0;
        e->longest = e->total = 0;
        e->first_lost = e->last_lost = NS_NEVER;
    }
    for (int way = 0; way < LAB_DRILL_WAYS; way++) {
        analyse_way(&log[way], start, &report->way[way]);
        report->duration = MAX(report->duration, end_of(&log[way], start));
        advance(&m, way);
    }
    while (next_merged(&m, &s)) {
        struct lab_drill_event *e = event_before(report, s.from - start);
        report->total += s.to - s.from;
        if (e)
            note_event(e, &s, start);
    }
}

/* --- text ------------------------------------------------------------------------------------- */

/* To the nearest millisecond. */
static uint64_t ms_of(ns_t t)
{
    return t <= 0 ? 0 : (uint64_t)((t + NS_PER_MS / 2) / NS_PER_MS);
}

static void put_count(struct text *t, uint64_t n, const char *what)
{
    text_str(t, ", ");
    text_u64(t, n);
    text_char(t, ' ');
    text_str(t, what);
}

static void way_text(const struct lab_drill_way *w, const char *from, const char *to,
                     struct text *t)
{
    text_str(t, from);
    text_str(t, " -> ");
    text_str(t, to);
    text_str(t, ": ");
    text_u64(t, w->sent);
    text_str(t, " sent");
    put_count(t, w->lost, "lost");
    put_count(t, ms_of(w->longest), "ms longest silence");
    put_count(t, ms_of(w->total), "ms without service");
    put_count(t, w->reordered, "reordered");
    put_count(t, w->duplicated, "duplicated");
    put_count(t, (w->delay_max_us + 999u) / 1000u, "ms largest delay");
    if (w->skipped)
        put_count(t, w->skipped, "ms in which the sender did not run");
    text_char(t, '\n');
}

static void event_text(const struct lab_drill_event *e, struct text *t)
{
    text_str(t, "at ");
    text_u64(t, ms_of(e->at));
    text_str(t, " ms: ");
    text_str(t, e->what);
    text_str(t, ": ");
    text_u64(t, e->lost);
    text_str(t, " lost");
    if (e->lost) {
        put_count(t, ms_of(e->longest), "ms longest silence");
        text_str(t, ", from ");
        text_u64(t, ms_of(e->first_lost));
        text_str(t, " to ");
        text_u64(t, ms_of(e->last_lost));
        text_str(t, " ms after it");
    }
    text_char(t, '\n');
}

void lab_drill_text(const struct lab_drill_report *r, const char *a, const char *b, struct text *t)
{
    way_text(&r->way[0], a, b, t);
    way_text(&r->way[1], b, a, t);
    text_str(t, "without service in one way or the other: ");
    text_u64(t, ms_of(r->total));
    text_str(t, " ms of ");
    text_u64(t, ms_of(r->duration));
    text_char(t, '\n');
    for (uint32_t i = 0; i < r->event_count; i++)
        event_text(&r->event[i], t);
}

/* Null: none was lost. */
static void put_time(struct lang_json *j, const char *key, ns_t at)
{
    lang_json_key(j, key);
    if (at == NS_NEVER)
        lang_json_null(j);
    else
        lang_json_fixed(j, at / NS_PER_US, 3);
}

static void way_json(const struct lab_drill_way *w, const char *from, const char *to,
                     struct lang_json *j)
{
    lang_json_object(j);
    lang_json_member_str(j, "from", from);
    lang_json_member_str(j, "to", to);
    lang_json_member_u64(j, "sent", w->sent);
    lang_json_member_u64(j, "lost", w->lost);
    lang_json_member_u64(j, "reordered", w->reordered);
    lang_json_member_u64(j, "duplicated", w->duplicated);
    lang_json_member_u64(j, "refusedBySender", w->refused);
    lang_json_member_u64(j, "senderSkippedMs", w->skipped);
    put_time(j, "longestSilenceMs", w->longest);
    put_time(j, "withoutServiceMs", w->total);
    put_time(j, "firstLostMs", w->first_lost);
    put_time(j, "lastLostMs", w->last_lost);
    put_time(j, "largestDelayMs", (ns_t)w->delay_max_us * NS_PER_US);
    lang_json_close(j);
}

static void event_json(const struct lab_drill_event *e, struct lang_json *j)
{
    lang_json_object(j);
    lang_json_member_str(j, "event", e->what);
    put_time(j, "atMs", e->at);
    lang_json_member_u64(j, "lost", e->lost);
    put_time(j, "longestSilenceMs", e->longest);
    put_time(j, "withoutServiceMs", e->total);
    put_time(j, "firstLostMs", e->first_lost);
    put_time(j, "lastLostMs", e->last_lost);
    lang_json_close(j);
}

void lab_drill_json(const struct lab_drill_report *r, const char *a, const char *b,
                    struct lang_json *j)
{
    lang_json_object(j);
    put_time(j, "durationMs", r->duration);
    put_time(j, "withoutServiceMs", r->total);
    lang_json_key(j, "ways");
    lang_json_array(j);
    way_json(&r->way[0], a, b, j);
    way_json(&r->way[1], b, a, j);
    lang_json_close(j);
    lang_json_key(j, "events");
    lang_json_array(j);
    for (uint32_t i = 0; i < r->event_count; i++)
        event_json(&r->event[i], j);
    lang_json_close(j);
    lang_json_close(j);
}
