/* check/check.h: the rules over a topology, and what they found.
 * A rule is a row (rule.h); its function looks at the typed resources, the expanded network and the
 * device configurations, all constant, and reports through check_report(). Findings come in the
 * order of the file, the same one once. One thread; findings borrow from the topology and live in
 * the arena. Nothing here prints. */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "base/arena.h"
#include "check/rule.h"
#include "cloud/limits.h"
#include "net/network.h"
#include "topo/topo.h"

/* A finding is about one object, and up to three more. Ten thousand findings are more than anybody
 * reads; those beyond are counted. */
enum { CHECK_FINDINGS_MAX = 10000, CHECK_OBJECTS_MAX = 4, CHECK_SENTENCE_MAX = 512 };

/* Who is cut off, and what has to fail for it. */
struct check_loss {
    const struct topo_object *from, *to; /* NULL: nobody */
    uint32_t vertex, zone;               /* of reach.h; NET_NONE: nothing has to fail */
};

struct check_finding {
    const struct check_rule *rule;
    enum diag_severity severity; /* the rule's, or lower where a fact is unverified */
    const struct topo_object *objects[CHECK_OBJECTS_MAX]; /* concerned; the first is the place */
    uint32_t object_count;
    const struct lang_node *at; /* the value to change, or the object; NULL: nobody wrote it */
    const char *file;           /* of a device's configuration, with line; NULL: see `at` */
    uint32_t line, column;
    const char *what;       /* this case, in one sentence; the rule has symptom and remedy */
    const char *suppressed; /* the reason that the file gives; NULL: not suppressed */
    /* What it rests on, and what follow.h makes of that. */
    struct check_loss loss;
    const struct net_tunnel *tunnel;     /* NULL: none alone */
    const struct check_finding *follows; /* the cause; NULL: it stands for itself */
    const struct check_finding *effects; /* the first one that follows from it */
    const struct check_finding *next;    /* of an effect: the next one of the same cause */
};

/* A device configuration that the topology refers to. */
struct check_device {
    const struct topo_object *owner; /* site router or machine */
    const struct topo_device *device;
    const struct config *config;   /* NULL: it could not be read; that was reported */
    const struct diag_list *diags; /* what the reader of the configuration found */
    const char *text;              /* the file's */
    size_t len;
};

struct look;
struct learn;
struct routes;

struct check {
    const struct topo *topo;
    const struct topo *before; /* what runs today; NULL: no change is looked at */
    const struct net *net;
    const struct cloud_limits *limits; /* NULL: none is overridden */
    const struct check_device *devices;
    uint32_t device_count;
    struct arena *arena;
    struct look *look;   /* made by check_run(): look.h */
    struct learn *learn; /* made on demand: learn.h */
    struct routes *routes; /* the same: routes.h */
    struct check_finding *findings;
    uint32_t count, cap;
    uint32_t dropped;                 /* beyond CHECK_FINDINGS_MAX, or without memory */
    uint32_t errors, warnings, notes; /* neither suppressed nor an effect of another one */
    uint32_t suppressed, effects;
    bool *silences; /* a row a suppression: whether it does; NULL: nobody knows yet */
};

/* Reports that the rule does not hold for the object. `key` names the field that is to blame, a key
 * of the object's mapping; NULL: the object as a whole. The sentence is formatted as by printf. */
void check_report(struct check *c, const struct check_rule *rule, const struct topo_object *object,
                  const char *key, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same about a value of which the caller knows the node (a place of a list), and about up to
 * CHECK_OBJECTS_MAX objects, the last followed by NULL. */
void check_report_at(struct check *c, const struct check_rule *rule,
                     const struct topo_object *const *objects, const struct lang_node *at,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same for a line of a device's configuration; line 0: the configuration as a whole. */
void check_report_line(struct check *c, const struct check_rule *rule,
                       const struct check_device *device, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Makes the finding that was reported last no more than `at_most`: for rules that are an error in
 * one case and a warning in another. */
void check_last_is(struct check *c, enum diag_severity at_most);

/* Adds an object to those of the finding that was reported last, if it has room. */
void check_last_concerns(struct check *c, const struct topo_object *object);

/* Says of the finding that was reported last who is cut off, or which tunnel it is about: where
 * another finding names why the tunnel is down, this one follows from it. */
void check_last_loses(struct check *c, const struct check_loss *loss);
void check_last_is_of(struct check *c, const struct net_tunnel *tunnel);

/* Runs every rule over what `c` holds (topo, before, net, limits, devices and arena are filled in,
 * the rest is zero), applies the suppressions, orders the findings and tells
 * effects from causes. False: no memory. */
must_use bool check_run(struct check *c);

#endif
