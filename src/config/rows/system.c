/* Commands about the router as a whole. */
#include "config/parser.h"

#include <string.h>

static void parse_version(struct parser *p, const char *text)
{
    uint16_t part[3] = { 0 };
    const char *s = text;
    for (size_t i = 0; i < 3 && *s >= '0' && *s <= '9'; i++) {
        uint32_t v = 0;
        for (; *s >= '0' && *s <= '9'; s++)
            v = MIN(v * 10 + (uint32_t)(*s - '0'), UINT32_C(65535));
        part[i] = (uint16_t)v;
        if (*s == '.')
            s++;
    }
    const char *kept = parser_keep(p, text);
    if (kept)
        p->c->version = (struct config_version){ part[0], part[1], part[2], kept };
}

static void set_version(struct parser *p, const struct cmd_args *a)
{
    const char *text = parser_arg(p, a, 0);
    if (text[0] < '0' || text[0] > '9') {
        parser_bad(p, a->v[0].word, "a version such as 8.4.1");
        return;
    }
    if (p->file == 0 || p->c->version.text[0] == '\0')
        parse_version(p, text);
}

static void set_defaults(struct parser *p, const struct cmd_args *a)
{
    p->c->datacenter = a->v[0].number == 1;
}

static void set_hostname(struct parser *p, const struct cmd_args *a)
{
    const char *name = a->no ? "" : parser_keep_arg(p, a, 0);
    if (!name)
        return;
    p->c->hostname = name;
    if (lex_is_placeholder(name) && strchr("<${", name[0]))
        parser_warn(p, "CFG-PLACEHOLDER", a->v[0].word, "the hostname was never filled in",
                    "put a name here");
}

static void set_log_syslog(struct parser *p, const struct cmd_args *a)
{
    static const char *const levels[] = { "emergencies",   "alerts",   "critical",
                                          "errors",        "warnings", "notifications",
                                          "informational", "debugging" };
    if (a->no)
        p->c->log_syslog_level = NULL;
    else
        p->c->log_syslog_level = a->v[1].present ? levels[a->v[1].number] : "";
}

static void set_forwarding(struct parser *p, const struct cmd_args *a)
{
    enum config_tri v = a->no ? TRI_NO : TRI_YES;
    if (a->row->arg == CONFIG_AF_IPV4)
        p->c->ip_forwarding = v;
    else
        p->c->ipv6_forwarding = v;
}

static void set_router_id(struct parser *p, const struct cmd_args *a)
{
    p->c->router_id = a->no ? (struct ip_addr){ 0 } : parser_ip(p, a, 0);
}

static void set_nht(struct parser *p, const struct cmd_args *a)
{
    p->c->nht_resolve_via_default[a->row->arg] = a->no ? TRI_NO : TRI_YES;
}

static const struct cmd_row rows[] = {
    { .mode = MODE_GLOBAL,
      .dialects = IN_FRR,
      .syntax = "frr version <name>",
      .set = set_version,
      .flags = ROW_NO_NO | ROW_OPEN,
      .help = "The version whose defaults are meant; printed back" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_FRR,
      .syntax = "frr defaults {traditional|datacenter}",
      .set = set_defaults,
      .flags = ROW_NO_NO,
      .help = "The profile of defaults: datacenter has timers 3/9 and no RFC 8212 check" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_IOS,
      .syntax = "version <name>",
      .set = set_version,
      .flags = ROW_NO_NO,
      .help = "The version of IOS; printed back" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_BOTH,
      .syntax = "hostname <name>",
      .set = set_hostname,
      .flags = ROW_OPEN,
      .help = "The router's name" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_FRR,
      .syntax = "log syslog [{emergencies|alerts|critical|errors|warnings|notifications|"
                "informational|debugging}]",
      .set = set_log_syslog,
      .why = "the log goes to standard error, from --log-level on" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_FRR,
      .syntax = "ip forwarding",
      .set = set_forwarding,
      .arg = CONFIG_AF_IPV4,
      .help = "Switch IPv4 forwarding of the kernel on (`no`: off)" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_FRR,
      .syntax = "ipv6 forwarding",
      .set = set_forwarding,
      .arg = CONFIG_AF_IPV6,
      .help = "Switch IPv6 forwarding of the kernel on (`no`: off)" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_IOS,
      .syntax = "ip routing",
      .set = set_forwarding,
      .arg = CONFIG_AF_IPV4,
      .help = "Forward IPv4 (the default)" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_IOS,
      .syntax = "ipv6 unicast-routing",
      .set = set_forwarding,
      .arg = CONFIG_AF_IPV6,
      .help = "Forward IPv6" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_FRR,
      .syntax = "ip router-id <ip>",
      .set = set_router_id,
      .help = "The router id for protocols without their own" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_FRR,
      .syntax = "router-id <ip>",
      .set = set_router_id,
      .help = "The same, as older versions write it" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_FRR,
      .syntax = "ip nht resolve-via-default",
      .set = set_nht,
      .arg = CONFIG_AF_IPV4,
      .help = "A next hop may be resolved by the default route" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_FRR,
      .syntax = "ipv6 nht resolve-via-default",
      .set = set_nht,
      .arg = CONFIG_AF_IPV6,
      .help = "A next hop may be resolved by the default route" },
};

const struct cmd_rows cmd_rows_system = { "The router", rows, ARRAY_LEN(rows) };
