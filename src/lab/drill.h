/* lab/drill.h: what a failure costs: a packet every millisecond both ways between two hosts while
 * the caller fails and heals things, by a process of its own with real-time priority where it may.
 * A packet that does not come is dated by when it was sent, and silence lasts from the first packet
 * lost to the next one that came, by their times of sending: a sender that the machine kept from
 * running has sent nothing meanwhile, which is no outage (it is reported as `skipped`). Both ways
 * use the same two ports, so that stateful filters and NAT in front of A see one connection: B
 * sends to where A's packets come from. IPv4, UDP. */
#ifndef LAB_DRILL_H
#define LAB_DRILL_H

#include "base/text.h"
#include "lab/netns.h"
#include "lang/json.h"

enum {
    LAB_DRILL_WAYS = 2, /* A to B, B to A */
    LAB_DRILL_EVENTS_MAX = 16,
    LAB_DRILL_SECONDS_MAX = 900, /* then it sends no more */
    LAB_DRILL_INTERVAL_US = 1000,
    LAB_DRILL_SETTLE_MS = 1000, /* after the last packet, for those that are on their way */
    LAB_DRILL_PORT = 5202,
};

/* --- what was sent, and what it means: pure --------------------------------------------------- */

/* One packet; its number is its place. */
struct lab_drill_sent {
    ns_t at;
    uint32_t delay_us; /* of the first copy that came */
    uint32_t copies;   /* that came; 0: lost */
};

/* One way. */
struct lab_drill_log {
    const struct lab_drill_sent *sent;
    uint32_t count;
    uint32_t reordered; /* came after one that was sent later */
    uint32_t refused;   /* the sender's own kernel took it not: lost, as any other */
    uint32_t skipped;   /* milliseconds in which the sender did not come to run */
};

struct lab_drill_way {
    uint32_t sent, lost, reordered, duplicated, refused, skipped;
    ns_t longest, total;        /* of silence */
    ns_t first_lost, last_lost; /* since the beginning; NS_NEVER: none */
    uint32_t delay_max_us;
};

/* What happened after an event, up to the next one; both ways together. */
struct lab_drill_event {
    char what[48];
    ns_t at; /* since the beginning */
    uint32_t lost;
    ns_t first_lost, last_lost; /* after the event; NS_NEVER: none */
    ns_t longest, total;        /* without service in one way or the other */
};

struct lab_drill_report {
    ns_t duration;
    struct lab_drill_way way[LAB_DRILL_WAYS];
    ns_t total; /* without service in one way or the other */
    struct lab_drill_event event[LAB_DRILL_EVENTS_MAX];
    uint32_t event_count;
};

/* Fills in the report: its events' names and times are set, in order; `start` is time 0 of it all.
 */
void lab_drill_analyse(const struct lab_drill_log log[LAB_DRILL_WAYS], ns_t start,
                       struct lab_drill_report *report);

/* The report as text, and as one JSON value; a and b are the names of the two hosts. */
void lab_drill_text(const struct lab_drill_report *r, const char *a, const char *b, struct text *t);
void lab_drill_json(const struct lab_drill_report *r, const char *a, const char *b,
                    struct lang_json *j);

/* --- running ---------------------------------------------------------------------------------- */

struct lab_drill_params {
    const struct lab_netns *a, *b;
    struct ip_addr a_address, b_address;
    uint16_t a_port, b_port; /* 0: LAB_DRILL_PORT */
};

struct lab_drill_shared;
struct lab_drill {
    struct lab_drill_shared *shared;
    struct spawn_child child;
    struct lab_drill_report report; /* events so far */
};

/* Begins to send. */
must_use err_t lab_drill_start(const struct lab_drill_params *p, struct lab_drill *ret_drill);

/* How many packets have come so far: [0] at B, [1] at A. */
void lab_drill_received(const struct lab_drill *d, uint32_t ret_received[LAB_DRILL_WAYS]);

/* Something happens now; beyond LAB_DRILL_EVENTS_MAX it is not noted. */
void lab_drill_event(struct lab_drill *d, const char *what);

/* Ends it (at most LAB_DRILL_SETTLE_MS later) and reports. The drill is over, also on error:
 * -EPIPE: its process had ended before. */
must_use err_t lab_drill_stop(struct lab_drill *d, struct lab_drill_report *ret_report);

#endif
