/* IKEv2: proposals, policies, keyrings, profiles and what holds for all of them. */
#include "config/crypto_presets.h"
#include "config/crypto_set.h"

#include <string.h>

static struct config_ikev2_proposal *proposal(struct parser *p)
{
    return &p->c->ipsec.proposals.v[p->crypto];
}

static struct config_ikev2_policy *policy(struct parser *p)
{
    return &p->c->ipsec.policies.v[p->crypto];
}

static struct config_ikev2_peer *peer(struct parser *p)
{
    return &p->c->ipsec.keyrings.v[p->crypto].peers.v[p->crypto_peer];
}

static struct config_ikev2_profile *profile(struct parser *p)
{
    return &p->c->ipsec.profiles.v[p->crypto];
}

/* A block's head: argument 0 is its name. */
static void set_block(struct parser *p, const struct cmd_args *a)
{
    (void)crypto_open_block(p, (enum config_crypto_kind)a->row->arg, a);
}

/* ---- proposals ------------------------------------------------------------------------------- */

/* encryption, integrity, prf, group: the row's arg is enum crypto_word_kind. */
static void set_algorithms(struct parser *p, const struct cmd_args *a)
{
    static const char *const expected[] = {
        [WORD_ENCR] = "aes-cbc-128, -192, -256, aes-gcm-128, -192, -256 or chacha20-poly1305",
        [WORD_INTEG] = "sha1, sha256, sha384 or sha512",
        [WORD_PRF] = "sha1, sha256, sha384 or sha512",
        [WORD_GROUP] = "a group: 2, 5, 14 to 24 or 31",
    };
    enum crypto_word_kind kind = (enum crypto_word_kind)a->row->arg;
    struct config_ikev2_proposal *x = proposal(p);
    struct config_algorithms list = { 0 };
    for (size_t w = a->v[0].word; !a->no && w < p->l.n; w++) {
        const struct crypto_word *known = crypto_word_find(kind, parser_word(p, w));
        if (!known) {
            parser_bad(p, w, expected[kind]);
            return;
        }
        bool twice = false;
        for (uint32_t i = 0; i < list.n; i++)
            twice = twice || (list.v[i].id == known->id && list.v[i].bits == known->bits);
        struct config_algorithm *new = twice ? NULL : LIST_PUSH(p, list);
        if (new)
            *new = (struct config_algorithm){ known->id, known->bits, parser_at(p, w) };
    }
    *(kind == WORD_ENCR    ? &x->encryption
      : kind == WORD_INTEG ? &x->integrity
      : kind == WORD_PRF   ? &x->prf
                           : &x->groups) = list;
}

/* ---- policies -------------------------------------------------------------------------------- */

/* Adds an address to a list that has it once, or takes it out. */
#define EDIT_ADDRS(p, list, addr, no)                                                              \
    do {                                                                                           \
        uint32_t i_ = 0;                                                                           \
        if (!parser_may_scan((p), (list).n))                                                       \
            break;                                                                                 \
        while (i_ < (list).n &&                                                                    \
               (config_is_dead((list).v[i_].at) || !crypto_addr_eq(&(list).v[i_], &(addr))))       \
            i_++;                                                                                  \
        if ((no) && i_ < (list).n)                                                                 \
            (list).v[i_].at.line = 0;                                                              \
        if ((no) || i_ < (list).n)                                                                 \
            break;                                                                                 \
        struct config_addr *new_ = LIST_PUSH((p), (list));                                         \
        if (new_)                                                                                  \
            *new_ = (addr);                                                                        \
    } while (0)

/* The same for a list of names: those taken out close the gap. */
#define EDIT_NAMES(p, list, name, no)                                                              \
    do {                                                                                           \
        uint32_t i_ = 0;                                                                           \
        if (!parser_may_scan((p), (list).n) || !(name))                                            \
            break;                                                                                 \
        while (i_ < (list).n && strcmp((list).v[i_], (name)) != 0)                                 \
            i_++;                                                                                  \
        if ((no) && i_ < (list).n)                                                                 \
            memmove(&(list).v[i_], &(list).v[i_ + 1], (--(list).n - i_) * sizeof((list).v[0]));    \
        if ((no) || i_ < (list).n)                                                                 \
            break;                                                                                 \
        const char **new_ = LIST_PUSH((p), (list));                                                \
        if (new_)                                                                                  \
            *new_ = (name);                                                                        \
    } while (0)

static void set_policy_local(struct parser *p, const struct cmd_args *a)
{
    struct config_addr addr = crypto_addr(p, a, 0, false);
    EDIT_ADDRS(p, policy(p)->locals, addr, a->no);
    crypto_placeholders(p, a->v[0].word);
}

static void set_policy_proposal(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_keep_arg(p, a, 0);
    EDIT_NAMES(p, policy(p)->proposals, name, a->no);
}

static void set_fvrf(struct parser *p, const struct cmd_args *a)
{
    if (!a->no && !lex_eq(parser_arg(p, a, 0), "any")) {
        parser_error(p, "CFG-UNSUPPORTED", a->v[0].word, "VRFs are not supported", "any");
        return;
    }
    if (a->row->mode == MODE_IKEV2_POLICY)
        policy(p)->any_fvrf = !a->no;
    else
        profile(p)->any_fvrf = !a->no;
}

/* ---- keyrings -------------------------------------------------------------------------------- */

static void set_peer(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_arg(p, a, 0);
    uint32_t keyring = p->crypto;
    struct config_ikev2_peer *x = store_ikev2_peer(p, keyring, name, !a->no);
    if (x && a->no) {
        x->at.line = 0;
        store_forget(p, INDEX_CRYPTO, store_peer_owner(keyring), name);
    } else if (x) {
        p->crypto_peer = (uint32_t)(x - p->c->ipsec.keyrings.v[keyring].peers.v);
        crypto_placeholders(p, a->v[0].word);
    } else {
        p->refused = !a->no;
    }
}

static void set_peer_address(struct parser *p, const struct cmd_args *a)
{
    peer(p)->address = (struct config_addr){ 0 };
    if (a->no)
        return;
    peer(p)->address = crypto_addr(p, a, 0, true);
    crypto_placeholders(p, a->v[0].word);
}

static void set_peer_net6(struct parser *p, const struct cmd_args *a)
{
    peer(p)->address = (struct config_addr){ 0 };
    if (a->no)
        return;
    struct prefix net = parser_net(p, a, 0);
    peer(p)->address = (struct config_addr){ .ip = prefix_addr(&net),
                                             .len = net.len,
                                             .text = parser_keep_arg(p, a, 0),
                                             .at = parser_at(p, a->v[0].word) };
}

static void set_peer_hostname(struct parser *p, const struct cmd_args *a)
{
    peer(p)->hostname = a->no ? NULL : parser_keep_arg(p, a, 0);
}

static void set_peer_description(struct parser *p, const struct cmd_args *a)
{
    peer(p)->description = a->no ? NULL : parser_keep_rest(p, a, 0);
}

/* pre-shared-key: the row's arg tells whether {local|remote} is argument 0. */
static void set_psk(struct parser *p, const struct cmd_args *a)
{
    struct config_ikev2_peer *x = peer(p);
    if (a->no && (a->row->arg == 0 || !a->v[0].present)) {
        x->psk[PSK_LOCAL] = x->psk[PSK_REMOTE] = (struct config_secret){ 0 };
        x->psk_both = false;
        return;
    }
    if (a->no) {
        x->psk[a->v[0].number] = (struct config_secret){ 0 };
        x->psk_both = false;
        return;
    }
    struct config_secret s;
    if (!crypto_secret(p, a->v[a->row->arg].word, p->l.n, &s))
        return;
    if (s.kind == SECRET_TEXT && crypto_key_is_placeholder(s.value))
        parser_warn(p, "CFG-PLACEHOLDER", a->v[a->row->arg].word,
                    "a pre-shared key is left to fill in: its tunnel stays down until then", NULL);
    x = peer(p);
    if (a->row->arg == 0) {
        x->psk[PSK_LOCAL] = x->psk[PSK_REMOTE] = s;
        x->psk_both = true;
        return;
    }
    if (x->psk_both) /* the two forms exclude each other */
        x->psk[!a->v[0].number] = (struct config_secret){ 0 };
    x->psk_both = false;
    x->psk[a->v[0].number] = s;
}

/* ppk manual id NAME key KEY [required]: RFC 8784. */
static void set_ppk(struct parser *p, const struct cmd_args *a)
{
    struct config_ikev2_peer *x = peer(p);
    x->ppk_id = NULL;
    x->ppk = (struct config_secret){ 0 };
    x->ppk_required = false;
    if (a->no)
        return;
    size_t w = a->v[1].word, end = p->l.n;
    bool required = end - w > 1 && lex_eq(parser_word(p, end - 1), "required");
    end -= required ? 1 : 0;
    struct config_secret s;
    if (!crypto_secret(p, w, end, &s))
        return;
    x = peer(p);
    x->ppk_id = parser_keep_arg(p, a, 0);
    x->ppk = s;
    x->ppk_required = required;
}

/* ---- identities ------------------------------------------------------------------------------ */

static const enum config_identity_kind kinds[] = { IDENTITY_ADDRESS, IDENTITY_FQDN, IDENTITY_EMAIL,
                                                   IDENTITY_KEY_ID };

static bool same_identity(const struct config_identity *a, const struct config_identity *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == IDENTITY_ADDRESS)
        return crypto_addr_eq(&a->addr, &b->addr);
    if (a->domain != b->domain)
        return false;
    return a->text == b->text || (a->text && b->text && strcmp(a->text, b->text) == 0);
}

/* `... {fqdn|email|key-id} NAME` or, by the row's arg, `... address ADDR [MASK]`, any, dn. */
static struct config_identity identity(struct parser *p, const struct cmd_args *a)
{
    struct config_identity id = { .at = parser_at(p, a->v[0].word) };
    id.kind = a->row->arg == IDENTITY_NONE ? kinds[a->v[0].number + 1]
                                           : (enum config_identity_kind)a->row->arg;
    if (id.kind == IDENTITY_ADDRESS)
        id.addr = crypto_addr(p, a, 0, true);
    else if (id.kind != IDENTITY_ANY && id.kind != IDENTITY_DN)
        id.text = parser_keep_arg(p, a, 1);
    return id;
}

static void set_peer_identity(struct parser *p, const struct cmd_args *a)
{
    peer(p)->identity = a->no ? (struct config_identity){ 0 } : identity(p, a);
    crypto_placeholders(p, a->no ? p->l.n : 1);
}

static void set_local_identity(struct parser *p, const struct cmd_args *a)
{
    profile(p)->local = a->no ? (struct config_identity){ 0 } : identity(p, a);
    crypto_placeholders(p, a->no ? p->l.n : 2);
}

static void edit_remotes(struct parser *p, const struct config_identity *id, bool no)
{
    struct config_ikev2_profile *x = profile(p);
    if (!parser_may_scan(p, x->remotes.n))
        return;
    for (uint32_t i = 0; i < x->remotes.n; i++) {
        if (config_is_dead(x->remotes.v[i].at) || !same_identity(&x->remotes.v[i], id))
            continue;
        if (no)
            x->remotes.v[i].at.line = 0;
        return;
    }
    if (no)
        return;
    struct config_identity *new = LIST_PUSH(p, x->remotes);
    if (new)
        *new = *id;
    crypto_placeholders(p, 3);
}

static void set_remote_identity(struct parser *p, const struct cmd_args *a)
{
    struct config_identity id = identity(p, a);
    edit_remotes(p, &id, a->no);
}

static void set_remote_domain(struct parser *p, const struct cmd_args *a)
{
    struct config_identity id = identity(p, a);
    id.domain = true;
    edit_remotes(p, &id, a->no);
}

/* ---- profiles -------------------------------------------------------------------------------- */

static void set_profile_local(struct parser *p, const struct cmd_args *a)
{
    struct config_addr addr = crypto_addr(p, a, 0, false);
    EDIT_ADDRS(p, profile(p)->locals, addr, a->no);
    crypto_placeholders(p, a->v[0].word);
}

static void set_profile_interface(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_interface(p, a, 0);
    EDIT_NAMES(p, profile(p)->local_interfaces, name, a->no);
    crypto_placeholders(p, a->v[0].word);
}

static void set_authentication(struct parser *p, const struct cmd_args *a)
{
    enum config_auth how = a->no ? AUTH_UNSET : (enum config_auth)(AUTH_PSK + a->v[1].number);
    if (a->v[0].number == 0)
        profile(p)->auth_local = how;
    else
        profile(p)->auth_remote = how;
}

static void set_keyring(struct parser *p, const struct cmd_args *a)
{
    profile(p)->keyring = a->no ? NULL : parser_keep_arg(p, a, 0);
    profile(p)->keyring_local = !a->no && a->row->arg;
}

static void set_trustpoint(struct parser *p, const struct cmd_args *a)
{
    struct config_ikev2_profile *x = profile(p);
    const char *name = parser_keep_arg(p, a, 0);
    if (!name || !parser_may_scan(p, x->trustpoints.n))
        return;
    bool both = !a->v[1].present;
    struct config_trustpoint_use use = {
        .name = name,
        .sign = both || a->v[2].number == 0,
        .verify = both || a->v[2].number == 1,
        .at = parser_at(p, a->v[0].word),
    };
    for (uint32_t i = 0; i < x->trustpoints.n; i++) {
        struct config_trustpoint_use *old = &x->trustpoints.v[i];
        if (config_is_dead(old->at) || strcmp(old->name, name) != 0)
            continue;
        if (a->no) {
            old->at.line = 0;
        } else {
            old->sign = use.sign || (!both && old->sign);
            old->verify = use.verify || (!both && old->verify);
        }
        return;
    }
    struct config_trustpoint_use *new = a->no ? NULL : LIST_PUSH(p, x->trustpoints);
    if (new)
        *new = use;
}

static struct config_dpd *dpd(struct parser *p, const struct cmd_args *a)
{
    return a->row->mode == MODE_GLOBAL ? &p->c->ipsec.global.dpd : &profile(p)->dpd;
}

static void set_dpd(struct parser *p, const struct cmd_args *a)
{
    *dpd(p, a) = a->no ? (struct config_dpd){ 0 }
                       : (struct config_dpd){ .interval_s = (uint16_t)a->v[0].number,
                                              .retry_s = (uint16_t)a->v[1].number,
                                              .on_demand = a->v[2].number == 0 };
}

static void set_nat_keepalive(struct parser *p, const struct cmd_args *a)
{
    uint16_t seconds = a->no ? 0 : (uint16_t)a->v[0].number;
    if (a->row->mode == MODE_GLOBAL)
        p->c->ipsec.global.nat_keepalive_s = seconds;
    else
        profile(p)->nat_keepalive_s = seconds;
}

#define IN_PROFILE(m) ((uint32_t)offsetof(struct config_ikev2_profile, m))

static void set_profile_flag(struct parser *p, const struct cmd_args *a)
{
    *(bool *)((char *)profile(p) + a->row->arg) = !a->no;
}

static void set_lifetime(struct parser *p, const struct cmd_args *a)
{
    profile(p)->lifetime_s = a->no ? 0 : a->v[0].number;
}

static void set_profile_description(struct parser *p, const struct cmd_args *a)
{
    profile(p)->description = a->no ? NULL : parser_keep_rest(p, a, 0);
}

static void set_preset(struct parser *p, const struct cmd_args *a)
{
    size_t n;
    const struct crypto_preset *all = crypto_presets(&n);
    assert(a->no || a->v[0].number < n);
    profile(p)->preset = a->no ? NULL : all[a->v[0].number].name;
}

/* ---- for all --------------------------------------------------------------------------------- */

static void set_fragmentation(struct parser *p, const struct cmd_args *a)
{
    p->c->ipsec.global.fragmentation = a->no ? TRI_NO : TRI_YES;
    p->c->ipsec.global.fragment_bytes = a->no ? 0 : (uint16_t)a->v[1].number;
}

static void set_cookie_challenge(struct parser *p, const struct cmd_args *a)
{
    p->c->ipsec.global.has_cookie_challenge = !a->no;
    p->c->ipsec.global.cookie_challenge = a->no ? 0 : (uint16_t)a->v[0].number;
}

static void set_limit(struct parser *p, const struct cmd_args *a)
{
    uint32_t n = a->no ? 0 : a->v[0].number;
    if (a->row->arg)
        p->c->ipsec.global.max_negotiation = n;
    else
        p->c->ipsec.global.max_sa = n;
}

#define ROW_ARG(m, s, f, x, h)                                                                     \
    {                                                                                              \
        .mode = (m), .dialects = IN_BOTH, .syntax = (s), .set = (f), .arg = (x), .help = (h)       \
    }
#define ROW(m, s, f, h) ROW_ARG(m, s, f, 0, h)
#define BLOCK(s, k, m, h)                                                                          \
    {                                                                                              \
        .mode = MODE_GLOBAL, .dialects = IN_BOTH, .syntax = (s), .set = set_block, .arg = (k),     \
        .enters = (m), .help = (h), .flags = ROW_NAMED                                             \
    }
#define INERT(m, s, w)                                                                             \
    {                                                                                              \
        .mode = (m), .dialects = IN_BOTH, .syntax = (s), .why = (w), .flags = ROW_OPEN             \
    }
#define REFUSED(m, s, w)                                                                           \
    {                                                                                              \
        .mode = (m), .dialects = IN_BOTH, .syntax = (s), .why = (w),                               \
        .flags = ROW_OPEN | ROW_REFUSED                                                            \
    }
#define PROFILE MODE_IKEV2_PROFILE
#define PEER MODE_IKEV2_PEER

static const struct cmd_row rows[] = {
    BLOCK("crypto ikev2 proposal <name>", CRYPTO_IKEV2_PROPOSAL, MODE_IKEV2_PROPOSAL,
          "IKEv2: algorithms"),
    ROW_ARG(MODE_IKEV2_PROPOSAL, "encryption <line>", set_algorithms, WORD_ENCR,
            "Ciphers, the best first; DES and 3DES are left out of what is offered"),
    ROW_ARG(MODE_IKEV2_PROPOSAL, "integrity <line>", set_algorithms, WORD_INTEG,
            "Integrity algorithms; MD5 is left out of what is offered"),
    ROW_ARG(MODE_IKEV2_PROPOSAL, "prf <line>", set_algorithms, WORD_PRF,
            "Pseudo-random functions; not said: those of integrity, SHA-2 for AEADs"),
    ROW_ARG(MODE_IKEV2_PROPOSAL, "group <line>", set_algorithms, WORD_GROUP,
            "Diffie-Hellman groups; group 1 is left out of what is offered"),
    BLOCK("crypto ikev2 policy <name>", CRYPTO_IKEV2_POLICY, MODE_IKEV2_POLICY,
          "IKEv2: which proposals for which of our addresses"),
    ROW(MODE_IKEV2_POLICY, "match address local <addr?>", set_policy_local, "For this address"),
    ROW(MODE_IKEV2_POLICY, "match fvrf <name>", set_fvrf, "For this outer VRF: any"),
    ROW(MODE_IKEV2_POLICY, "proposal <name>", set_policy_proposal, "A proposal, the best first"),
    BLOCK("crypto ikev2 keyring <name>", CRYPTO_IKEV2_KEYRING, MODE_IKEV2_KEYRING,
          "IKEv2: pre-shared keys"),
    { .mode = MODE_IKEV2_KEYRING,
      .dialects = IN_BOTH,
      .syntax = "peer <name>",
      .set = set_peer,
      .enters = MODE_IKEV2_PEER,
      .flags = ROW_NAMED,
      .help = "A peer's keys" },
    ROW(PEER, "address <addr?> [<mask>]", set_peer_address, "The peer's address, or a range"),
    ROW(PEER, "address <net6>", set_peer_net6, "A range of IPv6 addresses"),
    ROW(PEER, "hostname <name>", set_peer_hostname, "The peer's name, for people"),
    ROW_ARG(PEER, "identity address <addr?>", set_peer_identity, IDENTITY_ADDRESS,
            "The peer's identity"),
    ROW(PEER, "identity {fqdn|email|key-id} <name>", set_peer_identity, "The peer's identity"),
    ROW(PEER, "description <line>", set_peer_description, "A text for people"),
    ROW_ARG(PEER, "pre-shared-key <line>", set_psk, 0,
            "The key: as typed (`0`), `hex`, or `file PATH`, `env NAME`, `credential NAME`"),
    ROW_ARG(PEER, "pre-shared-key {local|remote} <line>", set_psk, 1,
            "Our key or the peer's, where they differ"),
    ROW(PEER, "ppk manual id <name> key <line>", set_ppk,
        "A post-quantum pre-shared key (RFC 8784); `required` may follow"),
    REFUSED(PEER, "ppk dynamic", "keys from a key server are not fetched: use ppk manual"),
    BLOCK("crypto ikev2 profile <name>", CRYPTO_IKEV2_PROFILE, PROFILE,
          "IKEv2: how to authenticate whom"),
    ROW(PROFILE, "match address local <addr?>", set_profile_local, "For this address of ours"),
    ROW(PROFILE, "match address local interface <interface>", set_profile_interface,
        "For the addresses of this interface"),
    ROW(PROFILE, "match fvrf <name>", set_fvrf, "For this outer VRF: any"),
    ROW_ARG(PROFILE, "match identity remote address <addr?> [<mask>]", set_remote_identity,
            IDENTITY_ADDRESS, "An identity of the peer that is accepted"),
    ROW(PROFILE, "match identity remote {fqdn|email|key-id} <name>", set_remote_identity,
        "An identity of the peer that is accepted"),
    ROW_ARG(PROFILE, "match identity remote any", set_remote_identity, IDENTITY_ANY,
            "Every identity is accepted: the key alone decides"),
    ROW(PROFILE, "match identity remote {fqdn|email} domain <name>", set_remote_domain,
        "Every identity of this domain is accepted"),
    REFUSED(PROFILE, "match certificate",
            "certificate maps are not supported: use match identity remote"),
    ROW_ARG(PROFILE, "identity local address <addr?>", set_local_identity, IDENTITY_ADDRESS,
            "Our own identity; not said: the tunnel's outer address"),
    ROW(PROFILE, "identity local {fqdn|email|key-id} <name>", set_local_identity,
        "Our own identity"),
    ROW_ARG(PROFILE, "identity local dn", set_local_identity, IDENTITY_DN,
            "Our own identity: the subject of our certificate"),
    ROW(PROFILE, "authentication {local|remote} {pre-share|rsa-sig|ecdsa-sig}", set_authentication,
        "How either side authenticates"),
    REFUSED(PROFILE, "authentication {local|remote} eap",
            "EAP is for remote access, which is not supported: use pre-share or rsa-sig"),
    ROW_ARG(PROFILE, "keyring local <name>", set_keyring, 1, "The keys"),
    ROW_ARG(PROFILE, "keyring <name>", set_keyring, 0, "The keys, as older versions write it"),
    REFUSED(PROFILE, "keyring aaa", "keys are not fetched from servers: use keyring local"),
    ROW(PROFILE, "pki trustpoint <name> [{sign|verify}]", set_trustpoint,
        "Our certificate (sign), and who vouches for the peer's (verify)"),
    ROW(PROFILE, "lifetime <120-86400>", set_lifetime, "Seconds until the IKE SA is renewed"),
    ROW(PROFILE, "dpd <10-3600> <2-60> {on-demand|periodic}", set_dpd,
        "Dead peer detection: idle time, time between retries"),
    ROW(PROFILE, "nat keepalive <5-3600>", set_nat_keepalive, "Keep NAT bindings alive"),
    ROW_ARG(PROFILE, "nat force-encap", set_profile_flag, IN_PROFILE(force_encapsulation),
            "ESP within UDP even without a NAT"),
    ROW_ARG(PROFILE, "mobike", set_profile_flag, IN_PROFILE(mobike),
            "Follow changes of addresses (RFC 4555)"),
    ROW(PROFILE, "preset {azure|aws|gcp}", set_preset,
        "What this provider negotiates, for all that is not said"),
    ROW(PROFILE, "crypto ikev2 preset {azure|aws|gcp}", set_preset, "The same, written out"),
    REFUSED(PROFILE, "ivrf", "VRFs are not supported"),
    REFUSED(PROFILE, "aaa", "remote access is not supported"),
    REFUSED(PROFILE, "virtual-template",
            "tunnels to unknown peers are not supported: name each by interface Tunnel"),
    INERT(PROFILE, "config-exchange", "addresses are not asked for: tunnels have their own"),
    INERT(PROFILE, "reconnect", "a lost session is made again at once"),
    INERT(PROFILE, "redirect", "a gateway is not sent elsewhere"),
    INERT(PROFILE, "initial-contact", "INITIAL_CONTACT is always sent with the first session"),
    REFUSED(PROFILE, "shutdown", "take the tunnel interface down instead"),
    ROW(PROFILE, "description <line>", set_profile_description, "A text for people"),
    ROW(MODE_GLOBAL, "crypto ikev2 dpd <10-3600> <2-60> {on-demand|periodic}", set_dpd,
        "Dead peer detection where the profile says nothing"),
    ROW(MODE_GLOBAL, "crypto ikev2 nat keepalive <5-3600>", set_nat_keepalive,
        "Keep NAT bindings alive"),
    ROW(MODE_GLOBAL, "crypto ikev2 fragmentation [mtu <96-1500>]", set_fragmentation,
        "IKE fragmentation (RFC 7383), on unless `no` is said; the size of a packet"),
    ROW(MODE_GLOBAL, "crypto ikev2 cookie-challenge <0-1000>", set_cookie_challenge,
        "Ask for cookies from so many unanswered requests on"),
    ROW_ARG(MODE_GLOBAL, "crypto ikev2 limit max-sa <1-32768>", set_limit, 0, "IKE SAs at most"),
    ROW_ARG(MODE_GLOBAL, "crypto ikev2 limit max-in-negotiation-sa <1-4096>", set_limit, 1,
            "Unanswered requests at most"),
    ROW_ARG(MODE_GLOBAL, "crypto ikev2 limit max-in-negotation-sa <1-4096>", set_limit, 1,
            "The same as IOS writes it"),
    INERT(MODE_GLOBAL, "crypto ikev2 limit queue", "requests do not queue"),
    INERT(MODE_GLOBAL, "crypto ikev2 window", "one request at a time is enough for a tunnel"),
    INERT(MODE_GLOBAL, "crypto ikev2 http-url", "certificates are sent, not fetched"),
    INERT(MODE_GLOBAL, "crypto ikev2 diagnose", "errors are in the log"),
};

const struct cmd_rows cmd_rows_crypto = { "IKEv2", rows, ARRAY_LEN(rows) };
