/* IPsec: transform sets, profiles, what holds for all of them, and trustpoints. */
#include "config/crypto_set.h"

#include <string.h>

static struct config_transform_set *transform_set(struct parser *p)
{
    return &p->c->ipsec.transform_sets.v[p->crypto];
}

static struct config_ipsec_profile *profile(struct parser *p)
{
    return &p->c->ipsec.ipsec_profiles.v[p->crypto];
}

static void set_block(struct parser *p, const struct cmd_args *a)
{
    (void)crypto_open_block(p, (enum config_crypto_kind)a->row->arg, a);
}

/* ---- transform sets -------------------------------------------------------------------------- */

/* One transform at word *w and its key length; false: refused, and said. */
static bool read_transform(struct parser *p, size_t *w, struct config_transform_set *to)
{
    const struct crypto_transform_word *t = crypto_transform_find(parser_word(p, *w));
    if (!t) {
        parser_bad(p, *w,
                   "esp-gcm, esp-aes, esp-chacha20-poly1305, or esp-sha-hmac, esp-sha256-hmac,"
                   " esp-sha384-hmac, esp-sha512-hmac");
        return false;
    }
    if (t->gone) {
        parser_error(p, "CFG-UNSUPPORTED", *w, t->gone, NULL);
        return false;
    }
    struct config_algorithm *x = t->is_integ ? &to->integrity : &to->encryption;
    if (x->id != 0) {
        parser_error(p, "CFG-VALUE", *w,
                     t->is_integ ? "a second integrity algorithm" : "a second cipher",
                     "one cipher and at most one integrity algorithm");
        return false;
    }
    *x = (struct config_algorithm){ t->id, t->bits, parser_at(p, *w) };
    uint32_t bits = 128;
    if (t->takes_bits) {
        bool said = lex_number(parser_word(p, *w + 1), 128, 256, &bits);
        if (bits % 64 != 0) {
            parser_bad(p, *w + 1, "128, 192 or 256");
            return false;
        }
        x->bits = (uint16_t)bits;
        *w += said ? 1 : 0;
    }
    (*w)++;
    return true;
}

static void set_transform_set(struct parser *p, const struct cmd_args *a)
{
    struct config_transform_set set = { .at = parser_at(p, 0) };
    for (size_t w = a->v[1].word; !a->no && w < p->l.n;) {
        if (lex_eq(parser_word(p, w), "esn") && w + 1 == p->l.n && !set.esn) {
            set.esn = true;
            w++;
        } else if (!read_transform(p, &w, &set)) {
            return;
        }
    }
    const struct crypto_word *encr =
        crypto_word_of(WORD_ENCR, set.encryption.id, set.encryption.bits);
    if (!a->no && !encr) {
        parser_bad(p, a->v[1].word, "a cipher: esp-gcm or esp-aes");
        return;
    }
    if (encr && encr->is_aead && set.integrity.id != 0) {
        parser_error(p, "CFG-VALUE", a->v[1].word, "the cipher protects integrity itself",
                     "the cipher alone");
        return;
    }
    if (!crypto_open_block(p, CRYPTO_IPSEC_TRANSFORM_SET, a))
        return;
    struct config_transform_set *x = transform_set(p);
    x->encryption = set.encryption;
    x->integrity = set.integrity;
    x->esn = set.esn;
}

static void set_mode(struct parser *p, const struct cmd_args *a)
{
    struct config_transform_set *x = transform_set(p);
    x->has_mode = !a->no;
    x->transport = !a->no && a->v[0].number == 1;
    x->require = !a->no && a->v[1].present;
}

/* ---- profiles and what holds for all of them ------------------------------------------------- */

static void set_transform_sets(struct parser *p, const struct cmd_args *a)
{
    struct config_ipsec_profile *x = profile(p);
    x->transform_sets.n = 0;
    for (size_t w = a->v[0].word; !a->no && w < p->l.n; w++) {
        const char *name = parser_keep(p, parser_word(p, w));
        const char **new = name ? LIST_PUSH(p, x->transform_sets) : NULL;
        if (new)
            *new = name;
    }
}

#define IN_PROFILE(m) ((uint32_t)offsetof(struct config_ipsec_profile, m))

static void set_name(struct parser *p, const struct cmd_args *a)
{
    *(const char **)((char *)profile(p) + a->row->arg) = a->no ? NULL : parser_keep_arg(p, a, 0);
}

static void set_description(struct parser *p, const struct cmd_args *a)
{
    profile(p)->description = a->no ? NULL : parser_keep_rest(p, a, 0);
}

static void set_responder_only(struct parser *p, const struct cmd_args *a)
{
    profile(p)->responder_only = !a->no;
}

/* set pfs [groupN]: IOS takes group 1 where none is said. */
static void set_pfs(struct parser *p, const struct cmd_args *a)
{
    struct config_ipsec_profile *x = profile(p);
    const struct crypto_word *w =
        crypto_word_find(WORD_GROUP, a->v[1].present ? parser_arg(p, a, 1) : "1");
    if (!a->no && !w) {
        parser_bad(p, a->v[1].word, "a group: group14 to group24, group2, group5 or group31");
        return;
    }
    x->has_pfs = !a->no;
    x->pfs = (struct config_algorithm){ 0 };
    if (!a->no)
        x->pfs =
            (struct config_algorithm){ w->id, 0, parser_at(p, a->v[1].present ? a->v[1].word : 0) };
}

static struct config_sa_limits *limits(struct parser *p, const struct cmd_args *a)
{
    return a->row->mode == MODE_GLOBAL ? &p->c->ipsec.global.limits : &profile(p)->limits;
}

static void set_seconds(struct parser *p, const struct cmd_args *a)
{
    struct config_sa_limits *x = limits(p, a);
    x->lifetime_s = a->no ? 0 : a->v[0].number * (a->row->arg ? a->row->arg : 1);
}

static void set_both_lifetimes(struct parser *p, const struct cmd_args *a)
{
    struct config_sa_limits *x = limits(p, a);
    x->lifetime_s = a->no ? 0 : a->v[0].number;
    x->lifetime_kilobytes = a->no ? 0 : a->v[1].number;
    x->no_kilobytes = false;
}

static void set_kilobytes(struct parser *p, const struct cmd_args *a)
{
    struct config_sa_limits *x = limits(p, a);
    x->lifetime_kilobytes = a->no || a->row->arg ? 0 : a->v[0].number;
    x->no_kilobytes = !a->no && a->row->arg;
}

static void set_window(struct parser *p, const struct cmd_args *a)
{
    struct config_sa_limits *x = limits(p, a);
    if (!a->no && a->v[0].number % 64 != 0) {
        parser_bad(p, a->v[0].word, "a multiple of 64");
        return;
    }
    x->replay = a->no ? REPLAY_UNSET : REPLAY_WINDOW;
    x->window = a->no ? 0 : a->v[0].number;
}

static void set_no_replay(struct parser *p, const struct cmd_args *a)
{
    limits(p, a)->replay = a->no ? REPLAY_UNSET : REPLAY_OFF;
    limits(p, a)->window = 0;
}

static void set_df(struct parser *p, const struct cmd_args *a)
{
    p->c->ipsec.global.df = a->no ? DF_UNSET : (enum config_df)(DF_CLEAR + (int)a->v[0].number);
}

static void set_kernel(struct parser *p, const struct cmd_args *a)
{
    p->c->ipsec.global.kernel = !a->no;
    p->c->ipsec.global.kernel_at = parser_at(p, 0);
}

static void set_workers(struct parser *p, const struct cmd_args *a)
{
    p->c->ipsec.global.workers = a->no ? 0 : (uint8_t)a->v[0].number;
}

/* ---- trustpoints ----------------------------------------------------------------------------- */

static void set_trust_part(struct parser *p, const struct cmd_args *a)
{
    static const enum config_secret_kind kinds[] = { SECRET_FILE, SECRET_CREDENTIAL };
    struct config_secret *part = &p->c->ipsec.trustpoints.v[p->crypto].part[a->row->arg];
    *part = (struct config_secret){ 0 };
    if (!a->no)
        *part = (struct config_secret){ .kind = kinds[a->v[0].number],
                                        .value = parser_keep_arg(p, a, 1),
                                        .at = parser_at(p, a->v[1].word) };
}

static void warn_revocation(struct parser *p, const struct cmd_args *a)
{
    parser_inert(p, "revocation is not checked");
    if (!a->no && !lex_eq(parser_rest(p, a, 0), "none"))
        parser_warn(p, "CFG-UNSUPPORTED", a->v[0].word, "revoked certificates are not recognised",
                    "let certificates live for a short time, and renew their files");
}

#define ROW_ARG(m, s, f, x, h)                                                                     \
    {                                                                                              \
        .mode = (m), .dialects = IN_BOTH, .syntax = (s), .set = (f), .arg = (x), .help = (h)       \
    }
#define ROW(m, s, f, h) ROW_ARG(m, s, f, 0, h)
#define INERT(m, s, w)                                                                             \
    {                                                                                              \
        .mode = (m), .dialects = IN_BOTH, .syntax = (s), .why = (w), .flags = ROW_OPEN             \
    }
#define REFUSED(m, s, w)                                                                           \
    {                                                                                              \
        .mode = (m), .dialects = IN_BOTH, .syntax = (s), .why = (w),                               \
        .flags = ROW_OPEN | ROW_REFUSED                                                            \
    }
#define LIFETIMES(m, s)                                                                            \
    ROW(m, s "lifetime seconds <120-2592000>", set_seconds,                                        \
        "Seconds until a child SA is renewed"),                                                    \
        ROW_ARG(m, s "lifetime days <1-30>", set_seconds, 86400, "The same in days"),              \
        ROW(m, s "lifetime seconds <120-2592000> kilobytes <2560-4294967295>", set_both_lifetimes, \
            "Seconds and traffic until a child SA is renewed"),                                    \
        ROW(m, s "lifetime kilobytes <2560-4294967295>", set_kilobytes,                            \
            "Traffic until a child SA is renewed"),                                                \
        ROW_ARG(m, s "lifetime kilobytes disable", set_kilobytes, 1, "However much traffic"),      \
        ROW(m, s "replay window-size <64-65536>", set_window,                                      \
            "How far back a late packet is accepted, in packets"),                                 \
        ROW(m, s "replay disable", set_no_replay, "Accept replayed packets"),                      \
        INERT(m, s "idle-time", "tunnels stay up without traffic"),                                \
        INERT(m, s "multi-sn", "one sequence for each direction of a tunnel")
#define PROFILE MODE_IPSEC_PROFILE
#define TRUST MODE_TRUSTPOINT
#define WHY_ENROLL "certificates are files: nothing is asked of a certificate authority"

static const struct cmd_row rows[] = {
    { .mode = MODE_GLOBAL,
      .dialects = IN_BOTH,
      .syntax = "crypto ipsec transform-set <name> <line>",
      .set = set_transform_set,
      .enters = MODE_TRANSFORM_SET,
      .flags = ROW_NAMED,
      .help = "ESP: a cipher, its key length, integrity; `esn` for long sequence numbers" },
    ROW(MODE_TRANSFORM_SET, "mode {tunnel|transport} [require]", set_mode,
        "How packets are wrapped; tunnel interfaces always use tunnel mode"),
    { .mode = MODE_GLOBAL,
      .dialects = IN_BOTH,
      .syntax = "crypto ipsec profile <name>",
      .set = set_block,
      .arg = CRYPTO_IPSEC_PROFILE,
      .enters = MODE_IPSEC_PROFILE,
      .flags = ROW_NAMED,
      .help = "What protects a tunnel" },
    ROW(PROFILE, "set transform-set <line>", set_transform_sets, "Transform sets, the best first"),
    ROW_ARG(PROFILE, "set ikev2-profile <name>", set_name, IN_PROFILE(ikev2_profile),
            "Who authenticates"),
    ROW_ARG(PROFILE, "set isakmp-profile <name>", set_name, IN_PROFILE(isakmp_profile),
            "Who authenticates, IKEv1: no tunnel comes up by it"),
    ROW(PROFILE, "set pfs [<name>]", set_pfs, "A key exchange for each child SA, in this group"),
    LIFETIMES(PROFILE, "set security-association "),
    REFUSED(PROFILE, "set security-association level", "one child SA for all hosts of a tunnel"),
    REFUSED(PROFILE, "set identity", "use match identity remote in the IKEv2 profile"),
    REFUSED(PROFILE, "set reverse-route",
            "routes into a tunnel come from BGP or from static routes"),
    REFUSED(PROFILE, "reverse-route", "routes into a tunnel come from BGP or from static routes"),
    ROW(PROFILE, "responder-only", set_responder_only, "Wait for the peer"),
    ROW(PROFILE, "description <line>", set_description, "A text for people"),
    ROW(MODE_GLOBAL, "crypto ipsec df-bit {clear|copy|set}", set_df,
        "The outer packet's DF bit; copied unless said"),
    LIFETIMES(MODE_GLOBAL, "crypto ipsec security-association "),
    ROW(MODE_GLOBAL, "platform ipsec kernel", set_kernel,
        "The kernel encrypts (XFRM, xfrm interfaces), where it can; without the line we do"),
    ROW(MODE_GLOBAL, "platform ipsec workers <1-16>", set_workers,
        "Processes that encrypt, a share of the tunnels each; counted at the start. Without the "
        "line: one a CPU, 8 at most, and no more than there are tunnels"),
    INERT(MODE_GLOBAL, "crypto ipsec fragmentation before-encryption",
          "packets are always cut before encryption"),
    REFUSED(MODE_GLOBAL, "crypto ipsec fragmentation after-encryption",
            "packets are cut before encryption: the providers' ends want it so"),
    INERT(MODE_GLOBAL, "crypto ipsec nat-transparency udp-encapsulation",
          "NATs are always looked for, and gone through by UDP"),
    REFUSED(MODE_GLOBAL, "crypto ipsec nat-transparency spi-matching",
            "NATs are gone through by UDP encapsulation"),
    REFUSED(MODE_GLOBAL, "crypto ipsec optional",
            "packets never go unprotected: a tunnel is down until it has its SA"),
    { .mode = MODE_GLOBAL,
      .dialects = IN_BOTH,
      .syntax = "crypto pki trustpoint <name>",
      .set = set_block,
      .arg = CRYPTO_TRUSTPOINT,
      .enters = MODE_TRUSTPOINT,
      .flags = ROW_NAMED,
      .help = "Certificates, by the files that hold them" },
    ROW_ARG(TRUST, "{file|credential} identity <name>", set_trust_part, TRUST_CERTIFICATE,
            "Our certificate and its chain (PEM), by path or in systemd's credentials"),
    ROW_ARG(TRUST, "{file|credential} private-key <name>", set_trust_part, TRUST_PRIVATE_KEY,
            "Our private key (PEM)"),
    ROW_ARG(TRUST, "{file|credential} ca <name>", set_trust_part, TRUST_CA,
            "The authorities that vouch for the peer (PEM)"),
    ROW(TRUST, "revocation-check <line>", warn_revocation, "none: revocation is not checked"),
    INERT(TRUST, "enrollment", WHY_ENROLL),
    INERT(TRUST, "auto-enroll", WHY_ENROLL),
    INERT(TRUST, "subject-name", WHY_ENROLL),
    INERT(TRUST, "subject-alt-name", WHY_ENROLL),
    INERT(TRUST, "serial-number", WHY_ENROLL),
    INERT(TRUST, "ip-address", WHY_ENROLL),
    INERT(TRUST, "fqdn", WHY_ENROLL),
    INERT(TRUST, "hash", WHY_ENROLL),
    INERT(TRUST, "usage", WHY_ENROLL),
    INERT(TRUST, "password", WHY_ENROLL),
    INERT(TRUST, "source", WHY_ENROLL),
    INERT(TRUST, "rsakeypair", "the key is the file that private-key names"),
    INERT(TRUST, "eckeypair", "the key is the file that private-key names"),
    INERT(TRUST, "chain-validation", "the whole chain is always checked"),
};

const struct cmd_rows cmd_rows_ipsec = { "IPsec and certificates", rows, ARRAY_LEN(rows) };
