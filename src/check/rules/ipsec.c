/* IKE and IPsec between a cloud's gateway and its peer: who calls, which algorithms, which keys,
 * how large a packet may be. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "check/device.h"
#include "check/rules/azure.h"
#include "check/rules/rules.h"
#include "cloud/aws/facts.h"
#include "cloud/aws/tables.h"
#include "cloud/azure/facts.h"
#include "cloud/gcp/facts.h"
#include "config/crypto_names.h"
#include "net/map.h"
#include "topo/kinds.h"

/* ---- who calls ------------------------------------------------------------------------------- */

static bool is_aws(const struct net_tunnel_end *e)
{
    return e &&
           (e->object->kind == &aws_vpn_connection_kind || e->object->kind == &soracom_door_kind);
}

static void dials_aws_of(struct check *c, const struct check_rule *rule,
                         const struct azure_tunnel *t)
{
    if (is_aws(t->peer) && t->connection->connection_mode == AZURE_MODE_RESPONDER_ONLY &&
        look_tunnel(c, t->end)->fault == NET_FAULT_NOBODY_DIALS)
        check_report(c, rule, &t->connection->o, "connection_mode",
                     "%s is ResponderOnly, and %s waits to be called", t->connection->o.name,
                     t->peer->object->name);
}

static void azure_calls_aws(struct check *c, const struct check_rule *rule)
{
    azure_each_tunnel(c, rule, dials_aws_of);
}

static void nat_of(struct check *c, const struct check_rule *rule, const struct azure_tunnel *t)
{
    if (t->peer && t->peer->seen.family != IP_NONE &&
        t->connection->connection_mode == AZURE_MODE_INITIATOR_ONLY)
        check_report(c, rule, &t->connection->o, "connection_mode",
                     "%s is InitiatorOnly, and the NAT in front of %s lets nobody in",
                     t->connection->o.name, t->peer->object->name);
}

static void devices_behind_nat_call(struct check *c, const struct check_rule *rule)
{
    azure_each_tunnel(c, rule, nat_of);
}

static void mode_of(struct check *c, const struct check_rule *rule, const struct azure_tunnel *t)
{
    const struct azure_connection *v = t->connection;
    if (v->connection_mode != AZURE_MODE_DEFAULT && v->connection_protocol == AZURE_IKEV1)
        check_report(c, rule, &v->o, "connection_mode",
                     "%s has a connection mode, which is for IKEv2 alone", v->o.name);
    else if (!is_aws(t->peer) && look_tunnel(c, t->end)->fault == NET_FAULT_NOBODY_DIALS)
        check_report(c, rule, &v->o, "connection_mode", "%s and %s both wait to be called",
                     v->o.name, t->peer->object->name);
}

static void modes_do_not_conflict(struct check *c, const struct check_rule *rule)
{
    azure_each_tunnel(c, rule, mode_of);
}

/* ---- algorithms ------------------------------------------------------------------------------ */

enum { WORDS_TEXT_MAX = 96 };

/* The algorithms of a set in words: "14, 19, 20". */
static void words_of(char buffer[WORDS_TEXT_MAX], enum crypto_word_kind kind, uint64_t set)
{
    size_t n;
    const struct crypto_word *words = crypto_words(kind, &n);
    struct text t = text_init(buffer, WORDS_TEXT_MAX);
    for (size_t i = 0; i < n && i < 64; i++)
        if (set >> i & 1) {
            text_str(&t, t.len ? ", " : "");
            text_str(&t, words[i].word);
        }
}

/* All that one end offers for IKE or ESP. */
static struct net_proposal offer(const struct check *c, const struct net_tunnel_end *e, bool esp)
{
    struct net_proposal sum = { .esp = esp };
    for (uint32_t i = 0; i < e->proposal_count; i++) {
        const struct net_proposal *p = &c->net->proposals.items[e->proposals + i];
        sum.encryption |= p->esp == esp ? p->encryption : 0;
        sum.integrity |= p->esp == esp ? p->integrity : 0;
        sum.group |= p->esp == esp ? p->group : 0;
    }
    return sum;
}

/* A kind of algorithms of which two ends have none in common, with what each of them has. */
struct quarrel {
    const char *what;
    char words[2][WORDS_TEXT_MAX];
};

static bool quarrels_about(struct quarrel *q, const char *what, enum crypto_word_kind kind,
                           uint64_t a, uint64_t b)
{
    if (!a || !b || (a & b))
        return false;
    q->what = what;
    words_of(q->words[0], kind, a);
    words_of(q->words[1], kind, b);
    return true;
}

/* False: each kind would do, and no combination of them is on both sides. */
static bool find_quarrel(const struct check *c, const struct net_tunnel_end *a,
                         const struct net_tunnel_end *b, struct quarrel *q)
{
    struct net_proposal x = offer(c, a, false), y = offer(c, b, false);
    if (quarrels_about(q, "IKE encryption", WORD_ENCR, x.encryption, y.encryption) ||
        quarrels_about(q, "IKE integrity", WORD_INTEG, x.integrity, y.integrity) ||
        quarrels_about(q, "DH group", WORD_GROUP, x.group, y.group))
        return true;
    x = offer(c, a, true);
    y = offer(c, b, true);
    return quarrels_about(q, "IPsec encryption", WORD_ENCR, x.encryption, y.encryption) ||
           quarrels_about(q, "PFS group", WORD_GROUP, x.group, y.group) ||
           quarrels_about(q, "IPsec integrity", WORD_INTEG, x.integrity, y.integrity);
}

static void report_quarrel(struct check *c, const struct check_rule *rule,
                           const struct net_tunnel_end *a, const struct net_tunnel_end *b)
{
    char sentence[CHECK_SENTENCE_MAX];
    struct text t = text_init(sentence, sizeof(sentence));
    struct quarrel q;
    text_str(&t, "no algorithms in common");
    if (find_quarrel(c, a, b, &q)) {
        text_str(&t, ": ");
        text_str(&t, q.what);
        text_str(&t, " ");
        text_str(&t, q.words[0]);
        text_str(&t, " against ");
        text_str(&t, q.words[1]);
    }
    device_report_between(c, rule, a, b, sentence);
}

static void proposals_meet_everywhere(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->net->tunnels.count; i++) {
        const struct net_tunnel *t = &c->net->tunnels.items[i];
        if (t->fault == NET_FAULT_PROPOSAL)
            report_quarrel(c, rule, &c->net->ends.items[t->end[0]], &c->net->ends.items[t->end[1]]);
    }
}

static bool is_gcm(const char *name)
{
    return name && strncmp(name, "GCM", 3) == 0;
}

/* With GCM the integrity of IPsec is the same word as its encryption. */
static void gcm_of(struct check *c, const struct check_rule *rule, const struct azure_connection *v)
{
    const struct azure_ipsec_policy *p = &v->ipsec_policy;
    if (p->node && p->ipsec_encryption && p->ipsec_integrity &&
        (is_gcm(p->ipsec_encryption) || is_gcm(p->ipsec_integrity)) &&
        strcmp(p->ipsec_encryption, p->ipsec_integrity) != 0)
        check_report(c, rule, &v->o, "ipsec_policy",
                     "with GCM both IPsec fields have the same value: %s and %s differ",
                     p->ipsec_encryption, p->ipsec_integrity);
}

static void suites_agree(struct check *c, const struct check_rule *rule)
{
    proposals_meet_everywhere(c, rule);
    azure_each_connection(c, rule, gcm_of);
}

static void known_of(struct check *c, const struct check_rule *rule,
                     const struct azure_connection *v)
{
    const struct azure_ipsec_policy *p = &v->ipsec_policy;
    const struct {
        const char *name;
        enum azure_fact fact;
    } fields[] = {
        { p->ike_encryption, AZURE_VPN_IKE_ENCRYPTION },
        { p->ike_integrity, AZURE_VPN_IKE_INTEGRITY },
        { p->dh_group, AZURE_VPN_IKE_DH },
        { p->ipsec_encryption, AZURE_VPN_IPSEC_ENCRYPTION },
        { p->ipsec_integrity, AZURE_VPN_IPSEC_INTEGRITY },
        { p->pfs_group, AZURE_VPN_IPSEC_PFS },
    };
    for (size_t i = 0; p->node && i < sizeof(fields) / sizeof(fields[0]); i++)
        if (fields[i].name && !cloud_algorithm_named(&azure_facts[fields[i].fact], fields[i].name))
            check_report(c, rule, &v->o, "ipsec_policy", "Azure has no %s here", fields[i].name);
}

static void azure_has_the_algorithms(struct check *c, const struct check_rule *rule)
{
    azure_each_connection(c, rule, known_of);
}

/* Whether every algorithm of the set is refused or warned about; an empty set is not. */
static bool all_weak(enum crypto_word_kind kind, uint64_t set, const char **ret_word)
{
    size_t n;
    const struct crypto_word *words = crypto_words(kind, &n);
    for (size_t i = 0; i < n && i < 64; i++) {
        if (!(set >> i & 1))
            continue;
        if (!words[i].refused && !words[i].warning)
            return false;
        *ret_word = words[i].word;
    }
    return set != 0;
}

/* What two ends can agree on in one kind of proposals. */
static struct net_proposal common(const struct check *c, const struct net_tunnel_end *a,
                                  const struct net_tunnel_end *b, bool esp)
{
    struct net_proposal sum = { .esp = esp };
    for (uint32_t i = 0; i < a->proposal_count; i++)
        for (uint32_t k = 0; k < b->proposal_count; k++) {
            const struct net_proposal *p = &c->net->proposals.items[a->proposals + i];
            const struct net_proposal *q = &c->net->proposals.items[b->proposals + k];
            if (p->esp != esp || q->esp != esp)
                continue;
            sum.encryption |= p->encryption & q->encryption;
            sum.integrity |= p->integrity & q->integrity;
            sum.group |= p->group & q->group;
        }
    return sum;
}

enum { WEAKNESS_MAX = 48 };

/* Says what the two ends cannot do better than; false: nothing is weak. */
static bool weakness(const struct check *c, const struct net_tunnel_end *a,
                     const struct net_tunnel_end *b, char text[WEAKNESS_MAX])
{
    const char *word = NULL;
    if (!(a->ikev2 && b->ikev2)) {
        snprintf(text, WEAKNESS_MAX, "IKEv1");
        return true;
    }
    for (int esp = 0; esp < 2; esp++) {
        struct net_proposal p = common(c, a, b, esp);
        bool cipher = all_weak(WORD_ENCR, p.encryption, &word) ||
                      all_weak(WORD_INTEG, p.integrity, &word);
        if (!cipher && !all_weak(WORD_GROUP, p.group, &word))
            continue;
        snprintf(text, WEAKNESS_MAX, "%s%s", cipher ? "" : "group ", word);
        return true;
    }
    return false;
}

/* The end that a user can change most easily: a router before a cloud's gateway. */
static const struct net_tunnel_end *to_blame(const struct check *c, const struct net_tunnel *t)
{
    const struct net_tunnel_end *a = &c->net->ends.items[t->end[0]];
    const struct net_tunnel_end *b = &c->net->ends.items[t->end[1]];
    return look_device(c, b) ? b : a;
}

static void algorithms_are_strong(struct check *c, const struct check_rule *rule)
{
    struct net_map seen; /* objects that were reported */
    net_map_init(&seen, c->arena);
    for (uint32_t i = 0; i < c->net->tunnels.count; i++) {
        const struct net_tunnel *t = &c->net->tunnels.items[i];
        if (t->end[1] == NET_NONE || (t->fault != NET_FINE && t->fault != NET_FAULT_PSK))
            continue;
        const struct net_tunnel_end *a = &c->net->ends.items[t->end[0]];
        const struct net_tunnel_end *b = &c->net->ends.items[t->end[1]];
        const struct topo_object *o = to_blame(c, t)->object;
        char word[WEAKNESS_MAX];
        uint32_t *at = weakness(c, a, b, word) ? net_map_make(&seen, &o, sizeof(o)) : NULL;
        if (!at || *at != NET_NONE)
            continue;
        *at = 0;
        bool group = word[strspn(word, "0123456789")] == '\0';
        check_report(c, rule, o, NULL, "%s and %s can agree on nothing better than %s%s",
                     a->object->name, b->object->name, group ? "group " : "", word);
    }
}

/* ---- DPD, selectors -------------------------------------------------------------------------- */

static void dpd_of(struct check *c, const struct check_rule *rule, const struct azure_connection *v)
{
    struct cloud_span all = cloud_range(c->limits, &azure_facts[AZURE_VPN_IKE_DPD_RANGE]);
    struct cloud_span good = cloud_range(c->limits, &azure_facts[AZURE_VPN_IKE_DPD_ADVISED]);
    if (v->dpd_timeout_seconds < all.first || v->dpd_timeout_seconds > all.last)
        check_report(c, rule, &v->o, "dpd_timeout_seconds", "%u s is not within %lld-%lld",
                     v->dpd_timeout_seconds, (long long)all.first, (long long)all.last);
    else if (v->dpd_timeout_seconds < good.first) {
        check_report(c, rule, &v->o, "dpd_timeout_seconds", "%u s is short: %lld-%lld is advised",
                     v->dpd_timeout_seconds, (long long)good.first, (long long)good.last);
        check_last_is(c, DIAG_WARNING);
    }
}

static void dpd_is_patient(struct check *c, const struct check_rule *rule)
{
    azure_each_connection(c, rule, dpd_of);
}

static const struct config_interface *interface_at(const struct azure_tunnel *t)
{
    const struct config *f = t->device ? t->device->config : NULL;
    for (uint32_t i = 0; f && t->peer->interface && i < f->interfaces.n; i++)
        if (strcmp(f->interfaces.v[i].name, t->peer->interface) == 0)
            return &f->interfaces.v[i];
    return NULL;
}

static void selectors_of(struct check *c, const struct check_rule *rule,
                         const struct azure_tunnel *t)
{
    const struct azure_connection *v = t->connection;
    const struct config_interface *f = interface_at(t);
    if (v->use_policy_based_traffic_selectors)
        return;
    if (v->traffic_selectors.count > 0)
        check_report(c, rule, &v->o, "traffic_selectors",
                     "%s has traffic selectors, and use_policy_based_traffic_selectors is off",
                     v->o.name);
    else if (f && f->tunnel_ipsec_policy)
        check_report_line(c, rule, t->device, f->at.line,
                          "%s asks for the selectors of list %s, and %s offers any to any", f->name,
                          f->tunnel_ipsec_policy, v->o.name);
}

static void selectors_agree(struct check *c, const struct check_rule *rule)
{
    azure_each_tunnel(c, rule, selectors_of);
}

/* ---- pre-shared keys ------------------------------------------------------------------------- */

static bool azure_takes(const char *psk)
{
    for (; *psk; psk++)
        if (*psk <= ' ' || *psk > '~' || *psk == '-' || *psk == '~')
            return false;
    return true;
}

static bool aws_takes(const struct check *c, const char *psk)
{
    struct cloud_span len = cloud_range(c->limits, &aws_facts[AWS_IKE_PSK_LENGTH]);
    size_t n = strlen(psk);
    if (n < (size_t)len.first || n > (size_t)len.last || *psk == '0')
        return false;
    return strspn(psk, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._") == n;
}

/* Reports the field, never the key. */
static void azure_key_of(struct check *c, const struct check_rule *rule,
                         const struct azure_connection *v)
{
    if (v->shared_key && !azure_takes(v->shared_key))
        check_report(c, rule, &v->o, "shared_key",
                     "the key of %s has characters that Azure refuses: space, hyphen, tilde or "
                     "none of ASCII",
                     v->o.name);
}

static void aws_key(struct check *c, const struct check_rule *rule,
                    const struct topo_object *connection, const struct aws_tunnel *t)
{
    if (t->preshared_key && !aws_takes(c, t->preshared_key))
        check_report(c, rule, &t->o, "preshared_key",
                     "AWS refuses the key of tunnel %u of %s: 8 to 64 letters, digits, dots and "
                     "underscores, not beginning with 0",
                     t->o.index + 1, connection->name);
}

static void aws_keys(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->aws.vpn_connections.count; i++) {
        const struct aws_vpn_connection *v = &c->topo->aws.vpn_connections.items[i];
        for (uint32_t k = 0; k < v->tunnels.count; k++)
            aws_key(c, rule, &v->o, &v->tunnels.items[k]);
    }
    for (uint32_t i = 0; i < c->topo->soracom.doors.count; i++) {
        const struct soracom_door *d = &c->topo->soracom.doors.items[i];
        for (uint32_t k = 0; k < d->tunnels.count; k++)
            aws_key(c, rule, &d->o, &d->tunnels.items[k]);
    }
}

/* Where a user wrote the key of an end; a router's stands in its configuration. */
struct key_place {
    const struct topo_object *object;
    const char *field;
};

static struct key_place place_of_key(const struct check *c, const struct net_tunnel_end *e)
{
    const struct topo_object *o = e->object;
    uint32_t n = look_node(c, e)->instance;
    if (o->kind == &azure_connection_kind)
        return (struct key_place){ o, "shared_key" };
    if (o->kind == &gcp_vpn_tunnel_kind)
        return (struct key_place){ o, "shared_secret" };
    if (o->kind == &aws_vpn_connection_kind)
        o = &((const struct aws_vpn_connection *)o)->tunnels.items[n].o;
    else if (o->kind == &soracom_door_kind)
        o = &((const struct soracom_door *)o)->tunnels.items[n].o;
    else
        return (struct key_place){ o, NULL };
    return (struct key_place){ o, "preshared_key" };
}

/* The two places that a tunnel is to join, by their names, and the key. */
struct key_use {
    uint64_t psk;
    const void *low, *high; /* NULL: the other end is not in this topology */
};

static struct key_use use_of(const struct check *c, const struct net_tunnel_end *e)
{
    const struct net_tunnel_end *peer = look_outside(c, &e->peer_outside);
    const char *a = look_node(c, e)->site, *b = peer ? look_node(c, peer)->site : NULL;
    return (struct key_use){ hash_bytes(1, e->psk, strlen(e->psk)), a < b ? a : b, a < b ? b : a };
}

static void report_shared(struct check *c, const struct check_rule *rule,
                          const struct net_tunnel_end *e, const struct net_tunnel_end *first)
{
    static const char format[] = "the key of %s is also that of %s, which joins other places";
    const char *name = first->interface ? first->interface : first->object->name;
    struct key_place place = place_of_key(c, e);
    if (place.field)
        check_report(c, rule, place.object, place.field, format, e->object->name, name);
    else
        check_report_line(c, rule, look_device(c, e), e->line, format, e->interface, name);
    check_last_is(c, DIAG_WARNING);
}

/* A key that two pairs of places have: who knows one can be the other. Each pair is told once. */
static void keys_are_not_shared(struct check *c, const struct check_rule *rule)
{
    struct net_map keys, told; /* hash of the key -> the first end with it; uses that were told */
    net_map_init(&keys, c->arena);
    net_map_init(&told, c->arena);
    for (uint32_t i = 0; i < c->net->ends.count; i++) {
        const struct net_tunnel_end *e = &c->net->ends.items[i];
        if (!e->psk)
            continue;
        const struct key_use use = use_of(c, e);
        uint32_t *at = use.low ? net_map_make(&keys, &use.psk, sizeof(use.psk)) : NULL;
        if (!at)
            continue;
        *at = *at == NET_NONE ? i : *at;
        const struct net_tunnel_end *first = &c->net->ends.items[*at];
        const struct key_use known = use_of(c, first);
        if (strcmp(first->psk, e->psk) != 0 || (known.low == use.low && known.high == use.high))
            continue;
        uint32_t *again = net_map_make(&told, &use, sizeof(use));
        if (!again || *again != NET_NONE)
            continue;
        *again = i;
        report_shared(c, rule, e, first);
    }
}

/* A key that Azure takes, and AWS at the other end does not. */
static void key_of_both(struct check *c, const struct check_rule *rule,
                        const struct azure_tunnel *t)
{
    const char *key = t->connection->shared_key;
    if (key && is_aws(t->peer) && !t->peer->psk && !aws_takes(c, key))
        check_report(c, rule, &t->connection->o, "shared_key",
                     "AWS refuses the key of %s: 8 to 64 letters, digits, dots and underscores, "
                     "not beginning with 0",
                     t->connection->o.name);
}

static void keys_are_taken(struct check *c, const struct check_rule *rule)
{
    azure_each_connection(c, rule, azure_key_of);
    aws_keys(c, rule);
    azure_each_tunnel(c, rule, key_of_both);
    keys_are_not_shared(c, rule);
}

/* ---- sizes ----------------------------------------------------------------------------------- */

/* TCP segments that pass through the gateway at the other end of a router's tunnel; 0: no matter.
 */
static int64_t mss_towards(const struct check *c, const struct net_tunnel_end *cloud)
{
    if (cloud->object->kind == &azure_connection_kind)
        return cloud_number(c->limits, &azure_facts[AZURE_VPN_IPSEC_MSS]);
    if (cloud->object->kind == &gcp_vpn_tunnel_kind)
        return cloud_number(c->limits, &gcp_facts[GCP_VPN_PAYLOAD]) - 40;
    if (is_aws(cloud))
        return aws_mtu_find(true, 0)->mss_bytes;
    return 0;
}

static void mss_of_end(struct check *c, const struct check_rule *rule,
                       const struct net_tunnel_end *e, const struct net_tunnel_end *cloud)
{
    const struct check_device *d = look_device(c, e);
    int64_t mss = mss_towards(c, cloud);
    for (uint32_t i = 0; mss && d && d->config && e->interface && i < d->config->interfaces.n;
         i++) {
        const struct config_interface *f = &d->config->interfaces.v[i];
        if (strcmp(f->name, e->interface) != 0 || (f->tcp_mss && f->tcp_mss <= mss))
            continue;
        if (f->tcp_mss)
            check_report_line(c, rule, d, f->at.line,
                              "%s lets TCP segments of %u bytes through, %lld is the most for %s",
                              f->name, f->tcp_mss, (long long)mss, cloud->object->name);
        else
            check_report_line(c, rule, d, f->at.line,
                              "%s does not limit TCP segments: %lld bytes are the most for %s",
                              f->name, (long long)mss, cloud->object->name);
    }
}

/* Azure: packets of any protocol. */
static void mtu_of(struct check *c, const struct check_rule *rule, const struct azure_tunnel *t)
{
    int64_t mtu = cloud_number(c->limits, &azure_facts[AZURE_VPN_IPSEC_MTU]);
    const struct config_interface *f = interface_at(t);
    if (f && f->ip_mtu > mtu)
        check_report_line(c, rule, t->device, f->at.line,
                          "%s takes packets of %u bytes, %lld is the most for %s", f->name,
                          f->ip_mtu, (long long)mtu, t->connection->o.name);
}

static void segments_fit(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->net->tunnels.count; i++) {
        const struct net_tunnel *t = &c->net->tunnels.items[i];
        if (t->end[1] == NET_NONE)
            continue;
        const struct net_tunnel_end *a = &c->net->ends.items[t->end[0]];
        const struct net_tunnel_end *b = &c->net->ends.items[t->end[1]];
        mss_of_end(c, rule, a, b);
        mss_of_end(c, rule, b, a);
    }
    azure_each_tunnel(c, rule, mtu_of);
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_ipsec[] = {
    {
        .id = "R044",
        .scope = "Azure and AWS, SORACOM",
        .severity = DIAG_ERROR,
        .title = "Azure calls a peer that waits to be called",
        .symptom = "nobody calls, and the tunnel never comes up",
        .remedy = "set connection_mode to Default",
        .source = "S5, VPNMODE, S2SVPN",
        .facts = { &azure_facts[AZURE_VPN_IKE_MODE_VALUES], &aws_facts[AWS_IKE_STARTUP_ACTION] },
        .run = azure_calls_aws,
    },
    {
        .id = "R074",
        .scope = "any",
        .severity = DIAG_ERROR,
        .title = "both sides of a tunnel have encryption, integrity, group and PFS in common",
        .symptom = "no proposal is chosen, and the tunnel does not come up",
        .remedy = "set the same suite on both sides",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_IKE_POLICIES_PER_CONNECTION] },
        .run = suites_agree,
    },
    {
        .id = "R075",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "a policy asks for algorithms that Azure has",
        .symptom = "the policy is refused, or no proposal is chosen",
        .remedy = "choose from spanway facts azure",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_IKE_ENCRYPTION] },
        .run = azure_has_the_algorithms,
    },
    {
        .id = "R076",
        .scope = "any",
        .severity = DIAG_WARNING,
        .title = "tunnels use IKEv2 and no DES, MD5, SHA-1 or group 1, 2, 5",
        .symptom = "an audit finds it; Azure's IKEv1 drops packets at each rekey",
        .remedy = "AES-GCM-256, SHA-256 or better, group 14 or an ECP group, IKEv2",
        .source = "VPNFAQ, S1",
        .facts = { &azure_facts[AZURE_VPN_IKE_V1_REKEY_GAP] },
        .run = algorithms_are_strong,
    },
    {
        .id = "R077",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "the DPD timeout is 9-3600 s, better 30-45",
        .symptom = "Azure refuses the value; a short one drops tunnels that are fine",
        .remedy = "set dpd_timeout_seconds to 45",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_IKE_DPD_RANGE] },
        .run = dpd_is_patient,
    },
    {
        .id = "R078",
        .scope = "any",
        .severity = DIAG_ERROR,
        .title = "a pre-shared key has the characters that both sides take, and one peer alone has "
                 "it",
        .symptom = "the key is refused, or authentication fails",
        .remedy = "32 letters and digits, the first not 0, another one for each peer",
        .source = "VPNFAQ, S2SVPN",
        .facts = { &aws_facts[AWS_IKE_PSK_CHARACTERS] },
        .run = keys_are_taken,
    },
    {
        .id = "R079",
        .scope = "any cloud and a router",
        .severity = DIAG_WARNING,
        .title = "a router limits TCP segments, and packets, to what fits through the tunnel",
        .symptom = "large transfers stall",
        .remedy = "ip tcp adjust-mss on the tunnel interface: 1350 for Azure; ip mtu 1400",
        .source = "VPNDEV, S2SVPN, GCMTU",
        .facts = { &azure_facts[AZURE_VPN_IPSEC_MSS] },
        .run = segments_fit,
    },
    {
        .id = "R080",
        .scope = "Azure and a router",
        .severity = DIAG_ERROR,
        .title = "a device behind a NAT calls Azure",
        .symptom = "Azure calls, the NAT drops it, and the tunnel never comes up",
        .remedy = "set connection_mode to Default or ResponderOnly",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_IKE_NAT_T_DEVICE_INITIATES] },
        .run = devices_behind_nat_call,
    },
    {
        .id = "R081",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "of the two sides of a tunnel one calls, and connection modes are for IKEv2",
        .symptom = "nobody calls, or the mode has no effect",
        .remedy = "set connection_mode to Default",
        .source = "VPNMODE",
        .facts = { &azure_facts[AZURE_VPN_IKE_MODE_VALUES] },
        .run = modes_do_not_conflict,
    },
    {
        .id = "R082",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "traffic selectors of a policy-based peer are switched on at Azure too",
        .symptom = "packets are dropped: TS mismatch",
        .remedy = "use_policy_based_traffic_selectors: true, or a route-based peer",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_IPSEC_SELECTORS_POLICY] },
        .run = selectors_agree,
    },
    { .id = NULL },
};
