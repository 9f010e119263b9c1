/* Sources, by their letters in each row:
 * [A1] Microsoft, About VPN devices for Site-to-Site VPN Gateway connections; [A2] algorithms and
 * [A3] requirements of IPsec/IKE policies; [A4] its FAQ.
 * [W1] AWS, Tunnel options for your Site-to-Site VPN connection; [W2] EC2 API,
 * ModifyVpnTunnelOptionsSpecification; [W3] Your customer gateway device.
 * [G1] Google Cloud, Supported IKE ciphers; [G2] MTU considerations. */
#include "config/crypto_presets.h"

#include <string.h>

/* IANA transform numbers under their names in crypto/alg.h, which config/ does not reach. */
#define CBC(bits)                                                                                  \
    {                                                                                              \
        12, (bits)                                                                                 \
    }
#define GCM(bits)                                                                                  \
    {                                                                                              \
        20, (bits)                                                                                 \
    }
enum { SHA1 = 2, SHA256 = 12, SHA384 = 13, SHA512 = 14 };
enum { PRF1 = 2, PRF256 = 5, PRF384 = 6, PRF512 = 7 };

static const struct crypto_preset presets[] = {
    {
        .name = "azure",
        .title = "Azure VPN gateway, route-based",
        .source = "[A1] default IKE and ESP lists, group 2, no PFS, MSS 1350, lifetimes; [A2] [A3] "
                  "custom policies; [A4] DPD 45 s",
        /* The default policy is AES256-SHA1 and group 2 alone, so that is first: any other guess
         * costs a round trip. AEADs and better groups are for gateways with a policy of their own.
         */
        .ike = { { .encr = { CBC(256), CBC(128) },
                   .integ = { SHA1, SHA256, SHA384 },
                   .groups = { 2, 14, 24, 19, 20 } },
                 { .encr = { GCM(256), GCM(128) },
                   .prf = { PRF384, PRF256 },
                   .groups = { 14, 24, 19, 20 } } },
        .esp = { { .encr = { GCM(256) } },
                 { .encr = { CBC(256), CBC(128) }, .integ = { SHA1, SHA256 } } },
        .ike_allowed = { .encr = { GCM(256), GCM(128), CBC(256), CBC(192), CBC(128) },
                         .integ = { SHA384, SHA256, SHA1 },
                         .prf = { PRF384, PRF256, PRF1 },
                         .groups = { 2, 14, 24, 19, 20 } },
        .esp_allowed = { .encr = { GCM(256), GCM(192), GCM(128), CBC(256), CBC(192), CBC(128) },
                         .integ = { SHA256, SHA1 },
                         .groups = { 2, 14, 24, 19, 20 } },
        .ike_lifetime_s = PRESET_AZURE_IKE_S,
        .child_lifetime_s = PRESET_AZURE_CHILD_S,
        .child_kilobytes = PRESET_AZURE_CHILD_KB,
        .dpd_interval_s = 10,
        .dpd_retry_s = 5, /* both well below the gateway's 45 s */
        .tcp_mss = PRESET_AZURE_MSS,
        .replay_window = 1024,
    },
    {
        .name = "aws",
        .title = "AWS Site-to-Site VPN",
        .source = "[W1] lists, groups, lifetimes, replay window 1024; [W2] DPD 40 s; [W3] PFS, who "
                  "initiates, MTU 1399",
        .ike = { { .encr = { GCM(256), GCM(128) },
                   .prf = { PRF512, PRF384, PRF256 },
                   .groups = { 20, 19, 21, 14 } },
                 { .encr = { CBC(256), CBC(128) },
                   .integ = { SHA256, SHA384, SHA512, SHA1 },
                   .groups = { 20, 19, 21, 14 } } },
        .esp = { { .encr = { GCM(256), GCM(128) }, .groups = { 20, 19, 21, 14 } },
                 { .encr = { CBC(256), CBC(128) },
                   .integ = { SHA256, SHA384, SHA512, SHA1 },
                   .groups = { 20, 19, 21, 14 } } },
        .ike_allowed = { .encr = { GCM(256), GCM(128), CBC(256), CBC(128) },
                         .integ = { SHA1, SHA256, SHA384, SHA512 },
                         .prf = { PRF1, PRF256, PRF384, PRF512 },
                         .groups = { 2, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24 } },
        .esp_allowed = { .encr = { GCM(256), GCM(128), CBC(256), CBC(128) },
                         .integ = { SHA1, SHA256, SHA384, SHA512 },
                         .groups = { 2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24 } },
        .ike_lifetime_s = PRESET_AWS_IKE_S,
        .child_lifetime_s = PRESET_AWS_CHILD_S,
        .dpd_interval_s = 10,
        .dpd_retry_s = 10,
        .pfs_required = true,
        .we_initiate = true,
        .replay_window = PRESET_AWS_REPLAY,
    },
    {
        .name = "gcp",
        .title = "Google Cloud HA VPN",
        .source = "[G1] lists in their order but for groups 2, 5 and 22, PFS, lifetimes; [G2] MTU "
                  "1460, prefragmentation",
        .ike = { { .encr = { GCM(128), GCM(192), GCM(256) },
                   .prf = { PRF256, PRF384, PRF512 },
                   .groups = { 14, 24, 23, 15, 16, 18, 19, 20, 21, 31 } },
                 { .encr = { CBC(128), CBC(192), CBC(256) },
                   .integ = { SHA256, SHA384, SHA512, SHA1 },
                   .groups = { 14, 24, 23, 15, 16, 18, 19, 20, 21, 31 } } },
        .esp = { { .encr = { GCM(128), GCM(256), GCM(192) },
                   .groups = { 14, 24, 23, 15, 16, 18, 19, 20, 21, 31 } },
                 { .encr = { CBC(128), CBC(256), CBC(192) },
                   .integ = { SHA256, SHA512, SHA1 },
                   .groups = { 14, 24, 23, 15, 16, 18, 19, 20, 21, 31 } } },
        .ike_allowed = { .encr = { GCM(128), GCM(192), GCM(256), CBC(128), CBC(192), CBC(256) },
                         .integ = { SHA1, SHA256, SHA384, SHA512 },
                         .prf = { PRF1, PRF256, PRF384, PRF512 },
                         .groups = { 2, 5, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 31 } },
        .esp_allowed = { .encr = { GCM(128), GCM(192), GCM(256), CBC(128), CBC(192), CBC(256) },
                         .integ = { SHA1, SHA256, SHA512 },
                         .groups = { 2, 5, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 31 } },
        .ike_lifetime_s = PRESET_GCP_IKE_S,
        .child_lifetime_s = PRESET_GCP_CHILD_S,
        .dpd_interval_s = 20,
        .dpd_retry_s = 5, /* its own timer is not published */
        .pfs_required = true,
        .replay_window = 1024,
    },
};

const struct crypto_preset *crypto_presets(size_t *ret_n)
{
    *ret_n = ARRAY_LEN(presets);
    return presets;
}

const struct crypto_preset *crypto_preset_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(presets); i++) {
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    }
    return NULL;
}
