#include "os/nft.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "os/feed.h"

/* ---- the document ---- */

static bool name_is_valid(const char *name, size_t max, bool may_be_empty)
{
    size_t n = strnlen(name, max);
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.' || c == '@' || c == ':';
        if (!ok)
            return false;
    }
    return n < max && (n > 0 || may_be_empty);
}

static uint8_t rule_family(const struct os_nft_rule *r)
{
    if (r->source.family != IP_NONE)
        return r->source.family;
    if (r->destination.family != IP_NONE)
        return r->destination.family;
    return r->to.family != IP_NONE ? r->to.family : IP_V4;
}

static bool side_is_valid(const struct prefix *p, uint8_t family)
{
    return p->family == IP_NONE ? p->len == 0 : p->family == family && p->len <= ip_bits(family);
}

static bool rule_is_valid(const struct os_nft_rule *r)
{
    uint8_t family = rule_family(r);
    if (ip_bits(family) == 0 || !side_is_valid(&r->source, family) ||
        !side_is_valid(&r->destination, family))
        return false;
    if (r->action == OS_NFT_SOURCE && r->to.family != family)
        return false;
    return name_is_valid(r->out_interface, sizeof(r->out_interface), true);
}

static const char *family_name(uint8_t family)
{
    return family == IP_V6 ? "ip6" : "ip";
}

static void put_table(struct text *t, const char *verb, const char *instance, uint8_t family)
{
    text_str(t, "{\"");
    text_str(t, verb);
    text_str(t, "\":{\"table\":{\"family\":\"");
    text_str(t, family_name(family));
    text_str(t, "\",\"name\":\"spanway-");
    text_str(t, instance);
    text_str(t, "\"}}}");
}

static void put_chain(struct text *t, const char *instance, uint8_t family)
{
    text_str(t, ",{\"add\":{\"chain\":{\"family\":\"");
    text_str(t, family_name(family));
    text_str(t, "\",\"table\":\"spanway-");
    text_str(t, instance);
    text_str(t, "\",\"name\":\"postrouting\",\"type\":\"nat\",\"hook\":\"postrouting\","
                "\"prio\":100,\"policy\":\"accept\"}}}");
}

static void put_match(struct text *t, bool negated)
{
    text_str(t, negated ? "{\"match\":{\"op\":\"!=\",\"left\":"
                        : "{\"match\":{\"op\":\"==\",\"left\":");
}

static void put_side(struct text *t, const char *field, const struct prefix *p, bool negated)
{
    if (p->len == 0)
        return;
    struct ip_addr a = prefix_addr(p);
    put_match(t, negated);
    text_str(t, "{\"payload\":{\"protocol\":\"");
    text_str(t, family_name(p->family));
    text_str(t, "\",\"field\":\"");
    text_str(t, field);
    text_str(t, "\"}},\"right\":{\"prefix\":{\"addr\":\"");
    text_ip(t, &a);
    text_str(t, "\",\"len\":");
    text_u64(t, p->len);
    text_str(t, "}}}},");
}

static void put_action(struct text *t, const struct os_nft_rule *r)
{
    switch (r->action) {
    case OS_NFT_MASQUERADE:
        text_str(t, "{\"masquerade\":null}");
        break;
    case OS_NFT_EXEMPT:
        text_str(t, "{\"return\":null}");
        break;
    case OS_NFT_SOURCE:
        text_str(t, "{\"snat\":{\"addr\":\"");
        text_ip(t, &r->to);
        text_str(t, "\"}}");
        break;
    }
}

static void put_rule(struct text *t, const char *instance, const struct os_nft_rule *r)
{
    text_str(t, ",\n{\"add\":{\"rule\":{\"family\":\"");
    text_str(t, family_name(rule_family(r)));
    text_str(t, "\",\"table\":\"spanway-");
    text_str(t, instance);
    text_str(t, "\",\"chain\":\"postrouting\",\"expr\":[");
    put_side(t, "saddr", &r->source, r->not_source);
    put_side(t, "daddr", &r->destination, r->not_destination);
    if (r->out_interface[0]) {
        put_match(t, false);
        text_str(t, "{\"meta\":{\"key\":\"oifname\"}},\"right\":\"");
        text_str(t, r->out_interface);
        text_str(t, "\"}},");
    }
    if (r->protocol) {
        put_match(t, false);
        text_str(t, "{\"meta\":{\"key\":\"l4proto\"}},\"right\":");
        text_u64(t, r->protocol);
        text_str(t, "}},");
    }
    text_str(t, "{\"counter\":{\"packets\":0,\"bytes\":0}},");
    put_action(t, r);
    text_str(t, "]}}}");
}

/* "Not anything" matches no packet: such a rule has no place in the kernel. */
static bool never_matches(const struct os_nft_rule *r)
{
    return (r->not_source && r->source.len == 0) || (r->not_destination && r->destination.len == 0);
}

bool os_nft_document(struct text *t, const char *instance, uint8_t family,
                     const struct os_nft_rule *rules, uint32_t n)
{
    if (!name_is_valid(instance, OS_NFT_INSTANCE_MAX, false))
        return false;
    text_str(t, "{\"nftables\":[");
    put_table(t, "add", instance, family); /* so that there is one to delete */
    text_char(t, ',');
    put_table(t, "delete", instance, family);
    if (n > 0) {
        text_char(t, ',');
        put_table(t, "add", instance, family);
        put_chain(t, instance, family);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!rule_is_valid(&rules[i]))
            return false;
        if (rule_family(&rules[i]) == family && !never_matches(&rules[i]))
            put_rule(t, instance, &rules[i]);
    }
    text_str(t, "]}\n");
    return !t->cut;
}

/* ---- the document of clamps ---- */

/* SYNs alone name a segment size; the kernel lowers it and never raises it. */
static void put_clamp(struct text *t, const char *instance, const struct os_nft_clamp *c,
                      const char *direction)
{
    text_str(t, ",\n{\"add\":{\"rule\":{\"family\":\"ip\",\"table\":\"spanway-mss-");
    text_str(t, instance);
    text_str(t, "\",\"chain\":\"forward\",\"expr\":[");
    put_match(t, false);
    text_str(t, "{\"meta\":{\"key\":\"");
    text_str(t, direction);
    text_str(t, "\"}},\"right\":\"");
    text_str(t, c->interface);
    text_str(t, "\"}},");
    put_match(t, false);
    text_str(t, "{\"&\":[{\"payload\":{\"protocol\":\"tcp\",\"field\":\"flags\"}},"
                "{\"|\":[\"syn\",\"rst\"]}]},\"right\":\"syn\"}},"
                "{\"mangle\":{\"key\":{\"tcp option\":{\"name\":\"maxseg\",\"field\":\"size\"}},"
                "\"value\":");
    text_u64(t, c->mss);
    text_str(t, "}}]}}}");
}

static void put_clamp_table(struct text *t, const char *verb, const char *instance)
{
    text_str(t, "{\"");
    text_str(t, verb);
    text_str(t, "\":{\"table\":{\"family\":\"ip\",\"name\":\"spanway-mss-");
    text_str(t, instance);
    text_str(t, "\"}}}");
}

bool os_nft_clamp_document(struct text *t, const char *instance, const struct os_nft_clamp *clamps,
                           uint32_t n)
{
    if (!name_is_valid(instance, OS_NFT_INSTANCE_MAX, false))
        return false;
    text_str(t, "{\"nftables\":[");
    put_clamp_table(t, "add", instance); /* so that there is one to delete */
    text_char(t, ',');
    put_clamp_table(t, "delete", instance);
    if (n > 0) {
        text_char(t, ',');
        put_clamp_table(t, "add", instance);
        text_str(t, ",{\"add\":{\"chain\":{\"family\":\"ip\",\"table\":\"spanway-mss-");
        text_str(t, instance);
        text_str(t, "\",\"name\":\"forward\",\"type\":\"filter\",\"hook\":\"forward\","
                    "\"prio\":-150,\"policy\":\"accept\"}}}");
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!name_is_valid(clamps[i].interface, sizeof(clamps[i].interface), false))
            return false;
        put_clamp(t, instance, &clamps[i], "iifname");
        put_clamp(t, instance, &clamps[i], "oifname");
    }
    text_str(t, "]}\n");
    return !t->cut;
}

/* ---- running nft ---- */

static err_t run(const char *document, size_t bytes, struct text *ret_why)
{
    static const char *const args[] = { "-j", "-f", "-", NULL };
    return os_feed(&(struct os_feed){ "nft", args, document, bytes, OS_NFT_DEADLINE_S }, ret_why);
}

static err_t apply(const char *instance, uint8_t family, const struct os_nft_rule *rules,
                   uint32_t n, struct text *ret_why)
{
    char *buf = mem_alloc(MEM_MISC, OS_NFT_DOCUMENT_MAX);
    if (!buf)
        return -ENOMEM;
    struct text t = text_init(buf, OS_NFT_DOCUMENT_MAX);
    err_t err = -EINVAL;
    if (os_nft_document(&t, instance, family, rules, n))
        err = run(buf, t.len, ret_why);
    else
        text_str(ret_why, "a rule, or the name of the instance, is not valid");
    mem_free(MEM_MISC, buf, OS_NFT_DOCUMENT_MAX);
    return err;
}

static uint32_t count_family(const struct os_nft_rule *rules, uint32_t n, uint8_t family)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++)
        count += rule_family(&rules[i]) == family;
    return count;
}

err_t os_nft_set(const char *instance, const struct os_nft_rule *rules, uint32_t n,
                 struct text *ret_why)
{
    if (n > OS_NFT_RULES_MAX)
        return -EINVAL;
    bool has_v6 = count_family(rules, n, IP_V6) > 0;
    err_t err = 0;
    if (has_v6)
        err = apply(instance, IP_V6, rules, n, ret_why);
    if (!err)
        err = apply(instance, IP_V4, rules, n, ret_why);
    if (!err && !has_v6) { /* one of before; a kernel without IPv6 has none */
        char ignored[256];
        struct text why = text_init(ignored, sizeof(ignored));
        (void)(apply(instance, IP_V6, NULL, 0, &why) == 0);
    }
    return err;
}

err_t os_nft_clear(const char *instance, struct text *ret_why)
{
    return os_nft_set(instance, NULL, 0, ret_why);
}

err_t os_nft_clamp(const char *instance, const struct os_nft_clamp *clamps, uint32_t n,
                   struct text *ret_why)
{
    if (n > OS_NFT_RULES_MAX)
        return -EINVAL;
    char *buf = mem_alloc(MEM_MISC, OS_NFT_DOCUMENT_MAX);
    if (!buf)
        return -ENOMEM;
    struct text t = text_init(buf, OS_NFT_DOCUMENT_MAX);
    err_t err = -EINVAL;
    if (os_nft_clamp_document(&t, instance, clamps, n))
        err = run(buf, t.len, ret_why);
    else
        text_str(ret_why, "an interface's name, or the name of the instance, is not valid");
    mem_free(MEM_MISC, buf, OS_NFT_DOCUMENT_MAX);
    return err;
}
