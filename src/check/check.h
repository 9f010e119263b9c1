/* check/check.h: the rules over a topology, and what they found.
 * A rule is a row (rule.h); its function looks at the typed resources, the expanded network and the
 * device configurations, all constant, and reports through check_report(). The order of findings is
 * that of the file. One thread; findings borrow from the topology. */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "base/diag.h"
#include "check/rule.h"
#include "cloud/fact.h"
#include "net/network.h"
#include "topo/topo.h"

enum { CHECK_FINDINGS_MAX = 10000, CHECK_OBJECTS_MAX = 4 };

struct check_finding {
    const struct check_rule *rule;
    enum diag_severity severity; /* the rule's, or lower where a fact is unverified */
    const struct topo_object *objects[CHECK_OBJECTS_MAX]; /* concerned; the first is the place */
    uint32_t object_count;
    const struct lang_node *at; /* the value to change; NULL: the first object */
    const char *file;           /* of a device configuration, with line and column; else NULL */
    uint32_t line, column;
    const char *what;       /* this case, in one sentence; the rule has symptom and remedy */
    const char *remedy;     /* for this case; NULL: the rule's */
    const char *suppressed; /* reason given in the file; NULL: not suppressed */
};

/* A device configuration that the topology refers to. */
struct check_device {
    const struct topo_object *owner; /* site router or machine */
    const struct topo_device *device;
    const struct config *config; /* NULL: it could not be read; findings say so */
    uint32_t node;               /* of the network */
};

struct check {
    const struct topo *topo;
    const struct net *net;
    const struct cloud_limits *limits;
    TOPO_LIST_OF(struct check_device) devices;
    struct check_finding *findings;
    uint32_t count, cap, dropped;
    uint32_t errors, warnings, notes; /* not suppressed */
    struct arena *arena;
};

/* Reports a finding of the rule about the object (and up to three others, NULL-terminated in
 * `others`, which may be NULL). `at` names the field that is to blame (a key of the object's
 * mapping), NULL: the object. The sentence is formatted as by printf. */
void check_report(struct check *c, const struct check_rule *rule, const struct topo_object *object,
                  const char *at, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same with more objects. */
void check_report_about(struct check *c, const struct check_rule *rule,
                        const struct topo_object *const *objects, const char *at,
                        const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same for a line of a device's configuration. */
void check_report_line(struct check *c, const struct check_rule *rule,
                       const struct check_device *device, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Runs every rule over what `c` holds (topo, net, limits, devices are filled in), applies the
 * suppressions and orders the findings. */
void check_run(struct check *c);

#endif
