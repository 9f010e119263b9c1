/* Configurations as connections of the IKE engine: what each line comes to, what is filled in, and
 * which secrets are asked for. */
#include "../config/lib.h"
#include "config/crypto_names.h"
#include "config/crypto_presets.h"
#include "node/ipsec_build.h"

struct built {
    struct reading r;
    struct arena arena;
    struct ipsec_build b;
};

static struct built build_of(const char *text, enum dialect dialect)
{
    struct built x = { .r = read_text(text, dialect) };
    arena_init(&x.arena, 64 << 20);
    assert_true(ipsec_build(x.r.c, &x.arena, &x.b));
    return x;
}

static void built_done(struct built *x)
{
    arena_done(&x->arena);
    reading_done(&x->r);
}

/* ---- tky01 ----------------------------------------------------------------------------------- */

static char *shared_file(const char *name)
{
    char root[512], path[1024];
    const char *data = getenv("SPANWAY_DATA");
    source_path(root, sizeof(root), "../shared/data");
    snprintf(path, sizeof(path), "%s/configs/%s", data && data[0] ? data : root, name);
    size_t len;
    char *text = read_file(path, &len);
    if (!text)
        print_message("skipped: no shared data here\n");
    return text;
}

static void check_tky01(const struct ike_connection *x, const char *name, uint32_t id,
                        uint32_t remote)
{
    CLAIM_TEXT(name, x->name, name);
    CLAIM(name, x->id == id);
    CLAIM(name, ip_to_u32(&x->local) == 0x0a641401 && ip_to_u32(&x->remote) == remote);
    CLAIM(name, x->local_auth == IKE_AUTH_PSK && x->remote_auth == IKE_AUTH_PSK);
    CLAIM(name,
          x->lists->n_ike == 1 && x->lists->ike[0].n_encr == 1 && x->lists->ike[0].n_integ == 1);
    CLAIM(name, x->lists->ike[0].encr[0].id == CRYPTO_AES_CBC &&
                    x->lists->ike[0].encr[0].key_bits == 256);
    CLAIM(name, x->lists->ike[0].integ[0] == CRYPTO_SHA1_96 && x->lists->ike[0].n_prf == 0);
    CLAIM(name, x->lists->ike[0].n_group == 1 && x->lists->ike[0].group[0] == CRYPTO_MODP_1024);
    CLAIM(name, x->lists->n_child == 1 && x->lists->child[0].n_encr == 1 &&
                    x->lists->child[0].n_integ == 0);
    CLAIM(name, x->lists->child[0].encr[0].id == CRYPTO_AES_GCM_16);
    CLAIM(name, x->lists->child[0].encr[0].key_bits == 256 && x->lists->child[0].n_group == 0);
    CLAIM(name, x->ike_lifetime_s == 3600 && x->child_lifetime_s == 3600);
    CLAIM(name, x->dpd == IKE_DPD_ON_DEMAND && x->dpd_interval_s == 10 && x->dpd_retry_s == 5);
    CLAIM(name, x->start == IKE_START_AT_ONCE && x->fragmentation);
    CLAIM(name,
          x->remote_id.type == IKE_ID_IPV4 && x->lists->n_remote_ids == 0 && !x->any_remote_id);
    CLAIM(name, memcmp(x->remote_id.bytes, x->remote.b, 4) == 0);
    CLAIM(name, x->lists->n_local_ts == 1 && x->lists->n_remote_ts == 1);
    CLAIM(name, ip_to_u32(&x->lists->local_ts[0].from) == 0);
    CLAIM(name, ip_to_u32(&x->lists->local_ts[0].to) == UINT32_MAX);
    CLAIM(name, x->lists->local_ts[0].protocol == 0 && x->lists->local_ts[0].port_to == 65535);
}

static void tky01_is_two_tunnels(void **state)
{
    (void)state;
    char *text = shared_file("cisco/d1-er-spoke-vpn-tky01.cfg");
    if (!text)
        skip();
    struct built x = build_of(text, DIALECT_UNKNOWN);
    assert_true(x.r.ok);
    assert_int_equal(x.b.config.n, 2);
    check_tky01(&x.b.config.connections[0], "Tunnel13", 14, 0x0a0ac804);
    check_tky01(&x.b.config.connections[1], "Tunnel14", 15, 0x0a0ac805);
    assert_int_equal(x.b.n_secrets, 2);
    assert_string_equal(x.b.secrets[0].name, "conn-spoke10-onprem01-keyring/10.10.200.4");
    assert_string_equal(x.b.secrets[0].psk_local->value, "REDACTED-PSK");
    assert_string_equal(x.b.config.connections[1].key, x.b.secrets[1].name);
    built_done(&x);
    free(text);
}

/* The templates whose addresses or keys are left to fill in are read, and make no tunnel. */
static void templates_make_no_tunnel(void **state)
{
    (void)state;
    static const char *const names[] = { "cisco/d3-azure-asr-15.2-route-based.txt",
                                         "downloads/d2-aws-ios-static.txt" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char *text = shared_file(names[i]);
        if (!text)
            skip();
        struct built x = build_of(text, DIALECT_UNKNOWN);
        CLAIM(names[i], x.r.ok && x.r.diags.warnings > 0);
        CLAIM(names[i], x.b.config.n == 0);
        built_done(&x);
        free(text);
    }
}

/* ---- one line at a time ---------------------------------------------------------------------- */

#define KEYRING "crypto ikev2 keyring K\n peer P\n  address 192.0.2.1\n  pre-shared-key secret\n"
#define PROFILE_HEAD "crypto ikev2 profile I\n"
#define PROFILE_REST                                                                               \
    " match identity remote address 192.0.2.1 255.255.255.255\n authentication local pre-share\n"  \
    " authentication remote pre-share\n keyring local K\n"
#define IPSEC_HEAD "crypto ipsec profile E\n set ikev2-profile I\n"
#define TUNNEL                                                                                     \
    "interface Tunnel7\n ip address 10.9.0.1 255.255.255.252\n tunnel source 198.51.100.1\n"       \
    " tunnel mode ipsec ipv4\n tunnel destination 192.0.2.1\n"                                     \
    " tunnel protection ipsec profile E\n"

/* A tunnel with further lines in the places of a, b, c, d: global, IKEv2 profile, IPsec profile,
 * tunnel. */
static struct built build_with(const char *a, const char *b, const char *c, const char *d,
                               enum dialect dialect)
{
    char text[8192];
    snprintf(text, sizeof(text),
             "%s" KEYRING PROFILE_HEAD PROFILE_REST "%s" IPSEC_HEAD "%s" TUNNEL "%s", a, b, c, d);
    return build_of(text, dialect);
}

static bool is_default(const struct ike_connection *x)
{
    return x->ike_lifetime_s == 86400 && x->child_lifetime_s == 3600 &&
           x->child_lifetime_bytes == 0 && x->dpd == IKE_DPD_OFF && x->window == 1024 &&
           x->df == ESP_DF_COPY && x->fragmentation && x->lists->n_ike == 1 &&
           x->lists->ike[0].n_encr == 3 && x->lists->ike[0].n_integ == 4 &&
           x->lists->ike[0].group[0] == CRYPTO_ECP_256 && x->lists->n_child == 1 &&
           x->lists->child[0].encr[0].id == CRYPTO_AES_CBC &&
           x->lists->child[0].encr[0].key_bits == 128 &&
           x->lists->child[0].integ[0] == CRYPTO_SHA1_96 && x->lists->child[0].n_group == 0 &&
           x->lists->child[0].no_esn && !x->lists->child[0].esn && x->id == 8 &&
           x->nat_keepalive_s == 20;
}

static bool has_lifetimes(const struct ike_connection *x)
{
    return x->ike_lifetime_s == 1000 && x->child_lifetime_s == 2000 &&
           x->child_lifetime_bytes == UINT64_C(3000) * 1024;
}

static bool has_global_lifetime(const struct ike_connection *x)
{
    return x->child_lifetime_s == 2500 && x->window == 256;
}

static bool profile_wins(const struct ike_connection *x)
{
    return x->child_lifetime_s == 600 && x->window == 0;
}

static bool is_responder(const struct ike_connection *x)
{
    return x->start == IKE_START_NEVER;
}

static bool has_pfs(const struct ike_connection *x)
{
    return x->lists->child[0].n_group == 1 && x->lists->child[0].group[0] == CRYPTO_MODP_2048;
}

static bool has_global_dpd(const struct ike_connection *x)
{
    return x->dpd == IKE_DPD_PERIODIC && x->dpd_interval_s == 30 && x->dpd_retry_s == 6;
}

static bool has_own_dpd(const struct ike_connection *x)
{
    return x->dpd == IKE_DPD_ON_DEMAND && x->dpd_interval_s == 15;
}

static bool is_split(const struct ike_connection *x)
{
    return x->lists->n_ike == 2 && x->lists->ike[0].encr[0].id == CRYPTO_AES_GCM_16 &&
           x->lists->ike[0].n_integ == 0 && x->lists->ike[0].n_prf == 1 &&
           x->lists->ike[1].encr[0].id == CRYPTO_AES_CBC &&
           x->lists->ike[1].integ[0] == CRYPTO_SHA256_128 && x->lists->ike[1].n_encr == 1;
}

static bool left_out_des(const struct ike_connection *x)
{
    return x->lists->n_ike == 1 && x->lists->ike[0].n_encr == 1 && x->lists->ike[0].n_group == 1 &&
           x->lists->ike[0].group[0] == CRYPTO_MODP_2048 && x->lists->ike[0].n_integ == 1;
}

static bool is_its_policy(const struct ike_connection *x)
{
    return x->lists->n_ike == 1 && x->lists->ike[0].group[0] == CRYPTO_ECP_384;
}

static bool has_two_sets(const struct ike_connection *x)
{
    return x->lists->n_child == 2 && x->lists->child[0].encr[0].id == CRYPTO_AES_GCM_16 &&
           x->lists->child[0].esn && x->lists->child[1].encr[0].key_bits == 256 &&
           x->lists->child[1].integ[0] == CRYPTO_SHA256_128;
}

/* As many as AWS takes: the last of them is what Azure offers. */
static bool has_ten_sets(const struct ike_connection *x)
{
    return x->lists->n_child == 10 && x->lists->child[9].encr[0].id == CRYPTO_AES_GCM_16;
}

static bool has_all_sets(const struct ike_connection *x)
{
    const struct ike_proposal *c = x->lists->child;
    uint32_t integ = 0;
    for (uint8_t i = 0; i < x->lists->n_child; i++)
        integ += c[i].n_integ;
    return x->lists->n_child == 5 && integ == 17 && c[2].encr[0].key_bits == 256 && !c[2].esn &&
           c[4].encr[0].key_bits == 192 && c[4].esn;
}

static bool is_chacha(const struct ike_connection *x)
{
    return x->lists->child[0].encr[0].id == CRYPTO_CHACHA20_POLY1305 &&
           x->lists->child[0].encr[0].key_bits == 0;
}

static bool has_fqdn(const struct ike_connection *x)
{
    return x->local_id.type == IKE_ID_FQDN && x->local_id.len == 7 &&
           memcmp(x->local_id.bytes, "a.b.org", 7) == 0 && x->lists->n_remote_ids == 1 &&
           x->lists->remote_ids[0].type == IKE_ID_RFC822;
}

static bool takes_domain(const struct ike_connection *x)
{
    return x->lists->n_remote_ids == 1 && x->lists->remote_ids[0].type == IKE_ID_FQDN &&
           x->lists->remote_ids[0].len == 7 &&
           memcmp(x->lists->remote_ids[0].bytes, "*.b.org", 7) == 0;
}

static bool takes_any(const struct ike_connection *x)
{
    return x->any_remote_id;
}

static bool has_both_families(const struct ike_connection *x)
{
    return x->lists->n_local_ts == 2 && x->lists->local_ts[1].to.family == IP_V6 &&
           x->lists->local_ts[1].to.b[15] == 255;
}

static bool has_narrow_selectors(const struct ike_connection *x)
{
    return x->lists->n_local_ts == 2 && ip_to_u32(&x->lists->local_ts[0].from) == 0x0a010000 &&
           ip_to_u32(&x->lists->local_ts[0].to) == 0x0a01ffff &&
           ip_to_u32(&x->lists->remote_ts[0].to) == 0x0a02ffff &&
           x->lists->local_ts[1].protocol == 6 && x->lists->remote_ts[1].port_from == 443;
}

static bool has_source_address(const struct ike_connection *x)
{
    return ip_to_u32(&x->local) == 0xc6336402;
}

static bool has_flags(const struct ike_connection *x)
{
    return x->force_encapsulation && x->mobike && x->nat_keepalive_s == 33 &&
           x->df == ESP_DF_CLEAR && x->fragment_bytes == 1200;
}

static bool does_not_fragment(const struct ike_connection *x)
{
    return !x->fragmentation;
}

static bool is_azure(const struct ike_connection *x)
{
    return x->lists->ike[0].encr[0].key_bits == 256 &&
           x->lists->ike[0].integ[0] == CRYPTO_SHA1_96 &&
           x->lists->ike[0].group[0] == CRYPTO_MODP_1024 &&
           x->lists->child[0].encr[0].id == CRYPTO_AES_GCM_16 && x->lists->child[0].n_group == 0 &&
           x->ike_lifetime_s == 28800 && x->child_lifetime_s == 27000 &&
           x->child_lifetime_bytes == UINT64_C(102400000) * 1024 && x->dpd == IKE_DPD_PERIODIC;
}

static bool is_aws(const struct ike_connection *x)
{
    return x->lists->n_ike == 2 && x->lists->n_child == 2 && x->lists->child[0].n_group > 0 &&
           x->ike_lifetime_s == 28800 && x->child_lifetime_s == 3600 &&
           x->child_lifetime_bytes == 0;
}

static bool is_gcp(const struct ike_connection *x)
{
    return x->ike_lifetime_s == 36000 && x->child_lifetime_s == 10800 &&
           x->lists->child[0].group[0] == CRYPTO_MODP_2048 &&
           x->lists->ike[0].encr[0].key_bits == 128;
}

static bool azure_with_more(const struct ike_connection *x)
{
    return x->ike_lifetime_s == 7200 && x->lists->n_child == 1 &&
           x->lists->child[0].integ[0] == CRYPTO_SHA256_128 &&
           x->lists->child[0].group[0] == CRYPTO_MODP_2048 &&
           x->lists->ike[0].integ[0] == CRYPTO_SHA1_96;
}

static const struct {
    const char *name, *global, *ike, *ipsec, *tunnel;
    bool (*claim)(const struct ike_connection *x);
} cases[] = {
    { "nothing said: the defaults of IOS", "", "", "", "", is_default },
    { "lifetimes", "", " lifetime 1000\n",
      " set security-association lifetime seconds 2000\n"
      " set security-association lifetime kilobytes 3000\n",
      "", has_lifetimes },
    { "lifetime and window of all",
      "crypto ipsec security-association lifetime seconds 2500\n"
      "crypto ipsec security-association replay window-size 256\n",
      "", "", "", has_global_lifetime },
    { "a profile's limits count before those of all",
      "crypto ipsec security-association lifetime seconds 2500\n"
      "crypto ipsec security-association replay window-size 256\n",
      "",
      " set security-association lifetime seconds 600\n set security-association replay disable\n",
      "", profile_wins },
    { "responder-only", "", "", " responder-only\n", "", is_responder },
    { "set pfs", "", "", " set pfs group14\n", "", has_pfs },
    { "dpd of all", "crypto ikev2 dpd 30 6 periodic\n", "", "", "", has_global_dpd },
    { "dpd of the profile", "crypto ikev2 dpd 30 6 periodic\n", " dpd 15 5 on-demand\n", "", "",
      has_own_dpd },
    { "AEADs and others stand in proposals of their own",
      "crypto ikev2 proposal X\n encryption aes-gcm-256 aes-cbc-256\n integrity sha256\n prf "
      "sha384\n"
      " group 19\ncrypto ikev2 policy Y\n proposal X\n",
      "", "", "", is_split },
    { "DES, 3DES, MD5 and group 1 are not offered",
      "crypto ikev2 proposal X\n encryption 3des des aes-cbc-128\n integrity md5 sha1\n group 1 "
      "14\n"
      "crypto ikev2 policy Y\n proposal X\n",
      "", "", "", left_out_des },
    { "the policy of the local address counts before the one for any",
      "crypto ikev2 proposal A\n encryption aes-cbc-128\n integrity sha1\n group 14\n"
      "crypto ikev2 proposal B\n encryption aes-cbc-256\n integrity sha384\n group 20\n"
      "crypto ikev2 policy any\n proposal A\n"
      "crypto ikev2 policy mine\n match address local 198.51.100.1\n proposal B\n",
      "", "", "", is_its_policy },
    { "transform sets in their order",
      "crypto ipsec transform-set A esp-gcm 128 esn\n"
      "crypto ipsec transform-set B esp-aes 256 esp-sha256-hmac\n mode tunnel\n",
      "", " set transform-set A B\n", "", has_two_sets },
    { "ten transform sets are ten proposals",
      "crypto ipsec transform-set A esp-aes 256 esp-sha256-hmac\n"
      "crypto ipsec transform-set B esp-gcm 256\n",
      "", " set transform-set A A A A A A A A A B\n", "", has_ten_sets },
    { "more sets than proposals: alternatives share one, and none is lost",
      "crypto ipsec transform-set S0 esp-aes 128 esp-sha-hmac\n"
      "crypto ipsec transform-set S1 esp-aes 128 esp-sha256-hmac\n"
      "crypto ipsec transform-set S2 esp-aes 128 esp-sha384-hmac\n"
      "crypto ipsec transform-set S3 esp-aes 128 esp-sha512-hmac\n"
      "crypto ipsec transform-set S4 esp-aes 192 esp-sha-hmac\n"
      "crypto ipsec transform-set S5 esp-aes 192 esp-sha256-hmac\n"
      "crypto ipsec transform-set S6 esp-aes 192 esp-sha384-hmac\n"
      "crypto ipsec transform-set S7 esp-aes 192 esp-sha512-hmac\n"
      "crypto ipsec transform-set S8 esp-aes 256 esp-sha-hmac\n"
      "crypto ipsec transform-set S9 esp-aes 256 esp-sha256-hmac\n"
      "crypto ipsec transform-set S10 esp-aes 256 esp-sha384-hmac\n"
      "crypto ipsec transform-set S11 esp-aes 256 esp-sha512-hmac\n"
      "crypto ipsec transform-set S12 esp-aes 128 esp-sha-hmac esn\n"
      "crypto ipsec transform-set S13 esp-aes 128 esp-sha256-hmac esn\n"
      "crypto ipsec transform-set S14 esp-aes 128 esp-sha384-hmac esn\n"
      "crypto ipsec transform-set S15 esp-aes 128 esp-sha512-hmac esn\n"
      "crypto ipsec transform-set S16 esp-aes 192 esp-sha-hmac esn\n",
      "", " set transform-set S0 S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 S11 S12 S13 S14 S15 S16\n", "",
      has_all_sets },
    { "ChaCha20-Poly1305 by our own word", "crypto ipsec transform-set A esp-chacha20-poly1305\n",
      "", " set transform-set A\n", "", is_chacha },
    { "identities of other kinds", "",
      " identity local fqdn a.b.org\n match identity remote email x@b.org\n", "", "", has_fqdn },
    { "any identity of a domain", "", " match identity remote fqdn domain b.org\n", "", "",
      takes_domain },
    { "any identity", "", " match identity remote any\n", "", "", takes_any },
    { "0.0.0.0 is any identity", "", " match identity remote address 0.0.0.0 0.0.0.0\n", "", "",
      takes_any },
    { "an IPv6 address inside brings IPv6 selectors", "", "", "", " ipv6 address 2001:db8::1/64\n",
      has_both_families },
    { "an access list brings narrower selectors",
      "ip access-list extended NET\n permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255\n"
      " permit tcp 10.1.0.0 0.0.255.255 10.3.0.0 0.0.255.255 eq 443\n",
      "", "", " tunnel protection ipsec policy ipv4 NET\n", has_narrow_selectors },
    { "the source may be an interface",
      "interface GigabitEthernet1\n ip address 198.51.100.2 255.255.255.0\n", "", "",
      " tunnel source GigabitEthernet1\n", has_source_address },
    { "flags", "crypto ikev2 fragmentation mtu 1200\ncrypto ipsec df-bit clear\n",
      " nat force-encap\n nat keepalive 33\n mobike\n", "", "", has_flags },
    { "no crypto ikev2 fragmentation", "no crypto ikev2 fragmentation\n", "", "", "",
      does_not_fragment },
    { "preset azure", "", " preset azure\n", "", "", is_azure },
    { "preset aws", "", " crypto ikev2 preset aws\n", "", "", is_aws },
    { "preset gcp", "", " preset gcp\n", "", "", is_gcp },
    { "what is configured counts before the preset",
      "crypto ipsec transform-set A esp-aes 256 esp-sha256-hmac\n",
      " preset azure\n lifetime 7200\n", " set transform-set A\n set pfs group14\n", "",
      azure_with_more },
};

static void lines_come_to_what_they_say(void **state)
{
    (void)state;
    static const enum dialect dialects[] = { DIALECT_IOS, DIALECT_FRR };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t d = 0; d < ARRAY_LEN(dialects); d++) {
            struct built x = build_with(cases[i].global, cases[i].ike, cases[i].ipsec,
                                        cases[i].tunnel, dialects[d]);
            char finding[1024];
            bool frr_lacks = dialects[d] == DIALECT_FRR && strstr(cases[i].global, "access-list");
            if (!x.r.ok && !frr_lacks)
                fail_msg("%s: %s", cases[i].name, first_finding(&x.r, finding, sizeof(finding)));
            CLAIM(cases[i].name, frr_lacks || x.b.config.n == 1);
            CLAIM(cases[i].name, frr_lacks || cases[i].claim(&x.b.config.connections[0]));
            built_done(&x);
        }
    }
}

/* ---- numbers, secrets ------------------------------------------------------------------------ */

static void numbers_stay(void **state)
{
    (void)state;
    assert_int_equal(ipsec_connection_id("Tunnel0"), 1);
    assert_int_equal(ipsec_connection_id("Tunnel2147483646"), INT32_MAX);
    assert_true(ipsec_connection_id("vti0") >= UINT32_C(0x80000000));
    assert_true(ipsec_connection_id("vti0") == ipsec_connection_id("vti0"));
    struct built a = build_with(
        "", "", "", "interface Tunnel3\n ip address 10.8.0.1 255.255.255.0\n", DIALECT_IOS);
    assert_int_equal(a.b.config.n, 1); /* Tunnel3 has no protection */
    assert_string_equal(a.b.config.connections[0].name, "Tunnel7");
    assert_int_equal(a.b.config.connections[0].id, 8);
    built_done(&a);
}

static void a_peer_behind_a_nat_says_its_private_address(void **state)
{
    (void)state;
    struct built x = build_of(KEYRING PROFILE_HEAD
                              " match identity remote address 10.0.2.10 255.255.255.255\n"
                              " authentication local pre-share\n authentication remote pre-share\n"
                              " keyring local K\n" IPSEC_HEAD TUNNEL,
                              DIALECT_IOS);
    assert_int_equal(x.b.config.n, 1);
    assert_memory_equal(x.b.config.connections[0].remote_id.bytes, "\x0a\x00\x02\x0a", 4);
    built_done(&x);
}

static void certificates_are_named(void **state)
{
    (void)state;
    struct built x = build_of(
        "crypto pki trustpoint T\n file identity /etc/spanway/own.pem\n"
        " credential private-key own-key\n file ca /etc/spanway/ca.pem\n revocation-check "
        "none\n" KEYRING "crypto ikev2 profile I\n match identity remote fqdn vpn.example.org\n"
        " identity local dn\n authentication local rsa-sig\n authentication remote pre-share\n"
        " keyring local K\n pki trustpoint T\n" IPSEC_HEAD TUNNEL,
        DIALECT_IOS);
    assert_int_equal(x.b.config.n, 1);
    const struct ike_connection *c = x.b.config.connections;
    assert_int_equal(c->local_auth, IKE_AUTH_CERT);
    assert_int_equal(c->remote_auth, IKE_AUTH_PSK);
    assert_string_equal(c->key, "K/P+pki/T");
    assert_null(c->trustpoint);
    assert_int_equal(c->local_id.type, IKE_ID_DN);
    assert_int_equal(c->local_id.len, 0); /* the subject comes from the keys process */
    assert_int_equal(x.b.n_secrets, 1);
    assert_string_equal(x.b.secrets[0].private_key->value, "own-key");
    assert_int_equal(x.b.secrets[0].private_key->kind, SECRET_CREDENTIAL);
    assert_string_equal(x.b.secrets[0].psk_remote->value, "secret");
    built_done(&x);
}

static void secrets_have_their_kinds(void **state)
{
    (void)state;
    struct built x = build_of(
        "crypto ikev2 keyring K\n peer P\n  address 192.0.2.0 255.255.255.0\n"
        "  pre-shared-key local file /run/psk\n  pre-shared-key remote hex 00ff10\n"
        "  ppk manual id ppk-1 key env PPK required\n" PROFILE_HEAD PROFILE_REST IPSEC_HEAD TUNNEL,
        DIALECT_IOS);
    assert_int_equal(x.b.config.n, 1);
    assert_int_equal(x.b.n_secrets, 2);
    assert_int_equal(x.b.secrets[0].psk_local->kind, SECRET_FILE);
    assert_string_equal(x.b.secrets[0].psk_local->value, "/run/psk");
    assert_int_equal(x.b.secrets[0].psk_remote->kind, SECRET_HEX);
    assert_string_equal(x.b.secrets[1].name, "ppk-1");
    assert_int_equal(x.b.secrets[1].ppk->kind, SECRET_ENV);
    assert_true(x.b.config.connections[0].ppk_required);
    built_done(&x);
}

/* ---- tables that must agree ------------------------------------------------------------------ */

/* Every algorithm that a configuration can name is one that the engine has. */
static void every_word_has_its_algorithm(void **state)
{
    (void)state;
    size_t n;
    const struct crypto_word *w = crypto_words(WORD_ENCR, &n);
    for (size_t i = 0; i < n; i++)
        CLAIM(w[i].word, w[i].refused || crypto_encr_alg(w[i].id, w[i].bits));
    w = crypto_words(WORD_INTEG, &n);
    for (size_t i = 0; i < n; i++)
        CLAIM(w[i].word, w[i].refused || crypto_integ_alg(w[i].id));
    w = crypto_words(WORD_PRF, &n);
    for (size_t i = 0; i < n; i++)
        CLAIM(w[i].word, w[i].refused || crypto_prf_alg(w[i].id));
    w = crypto_words(WORD_GROUP, &n);
    for (size_t i = 0; i < n; i++) {
        const struct crypto_group_alg *g = crypto_group_alg(w[i].id);
        CLAIM(w[i].word, w[i].refused ? !g : g != NULL);
        CLAIM(w[i].word, w[i].refused || g->is_weak == (w[i].warning != NULL));
    }
}

static void check_proposal(const char *name, const struct preset_proposal *p, bool ike)
{
    for (size_t i = 0; i < PRESET_ALGORITHMS_MAX && p->encr[i].id; i++) {
        const struct crypto_encr_alg *e = crypto_encr_alg(p->encr[i].id, p->encr[i].bits);
        CLAIM(name, e != NULL);
        CLAIM(name, e->icv_bytes > 0 || p->integ[0] != 0);
    }
    for (size_t i = 0; i < PRESET_ALGORITHMS_MAX && p->integ[i]; i++)
        CLAIM(name, crypto_integ_alg(p->integ[i]) != NULL);
    for (size_t i = 0; i < PRESET_ALGORITHMS_MAX && p->prf[i]; i++)
        CLAIM(name, crypto_prf_alg(p->prf[i]) != NULL);
    for (size_t i = 0; i < PRESET_ALGORITHMS_MAX && p->groups[i]; i++)
        CLAIM(name, crypto_group_alg(p->groups[i]) != NULL);
    CLAIM(name, !ike || p->encr[0].id == 0 || p->groups[0] != 0);
}

static void presets_hold_what_we_have(void **state)
{
    (void)state;
    size_t n;
    const struct crypto_preset *p = crypto_presets(&n);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < PRESET_PROPOSALS_MAX; k++) {
            check_proposal(p[i].name, &p[i].ike[k], true);
            check_proposal(p[i].name, &p[i].esp[k], false);
        }
        check_proposal(p[i].name, &p[i].ike_allowed, true);
        check_proposal(p[i].name, &p[i].esp_allowed, false);
        CLAIM(p[i].name, p[i].source[0] == '[');
        CLAIM(p[i].name, p[i].pfs_required == (p[i].esp[0].groups[0] != 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tky01_is_two_tunnels),
        cmocka_unit_test(templates_make_no_tunnel),
        cmocka_unit_test(lines_come_to_what_they_say),
        cmocka_unit_test(numbers_stay),
        cmocka_unit_test(a_peer_behind_a_nat_says_its_private_address),
        cmocka_unit_test(certificates_are_named),
        cmocka_unit_test(secrets_have_their_kinds),
        cmocka_unit_test(every_word_has_its_algorithm),
        cmocka_unit_test(presets_hold_what_we_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
