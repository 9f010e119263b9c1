#include "cloud/gcp/facts.h"

#include "cloud/rows.h"
#include "config/crypto_presets.h"

#define VPN "HA VPN"
#define ROUTER "Cloud Router"
#define IPSEC "HA VPN: IKE and IPsec"

static const struct cloud_algorithm ike_encryption[] = {
    ALG("AES-GCM-16-128", 20, 128), ALG("AES-GCM-16-192", 20, 192), ALG("AES-GCM-16-256", 20, 256),
    ALG("AES-CBC-128", 12, 128),    ALG("AES-CBC-192", 12, 192),    ALG("AES-CBC-256", 12, 256),
    WEAK("3DES-CBC", 3, 0)
};
static const struct cloud_algorithm ike_integrity[] = {
    WEAK("AES-XCBC-96", 5, 0),       WEAK("AES-CMAC-96", 8, 0),
    ALG("HMAC-SHA1-96", 2, 0),       WEAK("HMAC-MD5-96", 1, 0),
    ALG("HMAC-SHA2-256-128", 12, 0), ALG("HMAC-SHA2-384-192", 13, 0),
    ALG("HMAC-SHA2-512-256", 14, 0)
};
static const struct cloud_algorithm ike_prf[] = {
    WEAK("PRF-AES128-XCBC", 4, 0), WEAK("PRF-AES128-CMAC", 8, 0),  ALG("PRF-HMAC-SHA1", 2, 0),
    WEAK("PRF-HMAC-MD5", 1, 0),    ALG("PRF-HMAC-SHA2-256", 5, 0), ALG("PRF-HMAC-SHA2-384", 6, 0),
    ALG("PRF-HMAC-SHA2-512", 7, 0)
};
static const struct cloud_algorithm ike_dh[] = {
    ALG("modp_2048", 14, 0),  ALG("modp_2048_224", 23, 0), ALG("modp_2048_256", 24, 0),
    ALG("modp_1536", 5, 0),   ALG("modp_3072", 15, 0),     ALG("modp_4096", 16, 0),
    ALG("modp_8192", 18, 0),  ALG("modp_1024", 2, 0),      ALG("modp_1024_160", 22, 0),
    ALG("ecp_256", 19, 0),    ALG("ecp_384", 20, 0),       ALG("ecp_521", 21, 0),
    ALG("curve_25519", 31, 0)
};
static const struct cloud_algorithm ipsec_encryption[] = {
    ALG("AES-GCM-16-128", 20, 128), ALG("AES-GCM-16-192", 20, 192), ALG("AES-GCM-16-256", 20, 256),
    ALG("AES-CBC-128", 12, 128),    ALG("AES-CBC-192", 12, 192),    ALG("AES-CBC-256", 12, 256)
};
static const struct cloud_algorithm ipsec_integrity[] = { ALG("HMAC-SHA1-96", 2, 0),
                                                          ALG("HMAC-SHA2-256-128", 12, 0),
                                                          ALG("HMAC-SHA2-512-256", 14, 0) };
static const struct cloud_algorithm ipsec_pfs[] = {
    ALG("modp_2048", 14, 0),  ALG("modp_2048_224", 23, 0), ALG("modp_2048_256", 24, 0),
    ALG("modp_1536", 5, 0),   ALG("modp_3072", 15, 0),     ALG("modp_4096", 16, 0),
    ALG("modp_8192", 18, 0),  ALG("modp_1024", 2, 0),      ALG("modp_1024_160", 22, 0),
    ALG("ecp_256", 19, 0),    ALG("ecp_384", 20, 0),       ALG("ecp_521", 21, 0),
    ALG("curve_25519", 31, 0)
};

const struct cloud_fact gcp_facts[GCP_FACT_COUNT] = {
    /* ---- HA VPN ------------------------------------------------------------------------------ */
    FACT(GCP_VPN_INTERFACES, "gcp.vpn.interfaces", VPN,
         "Interfaces of an HA VPN gateway, each with a public address", COUNT(2, "interfaces"),
         DOC("S3, GCTOP")),
    FACT(GCP_VPN_BGP_ONLY, "gcp.vpn.bgp-only", VPN, "HA VPN needs BGP", YES, DOC("S3, GCTOP")),
    FACT(GCP_VPN_SLA_TUNNELS, "gcp.vpn.sla-tunnels", VPN,
         "Tunnels for 99.99 % with a peer of one or two addresses", COUNT(2, "tunnels"),
         DOC("GCTOP, GCAWS"), NOTE("one on each interface")),
    FACT(GCP_VPN_SLA_TUNNELS_AWS, "gcp.vpn.sla-tunnels-aws", VPN, "Tunnels for 99.99 % with AWS",
         COUNT(4, "tunnels"), DOC("GCTOP, GCAWS")),
    FACT(GCP_VPN_SLA_CLASSIC, "gcp.vpn.sla-classic", VPN, "Availability of Classic VPN",
         TEXT("99.9 %"), DOC("S3"), NOTE("no redundancy of interfaces")),
    FACT(GCP_VPN_AWS_TARGETS, "gcp.vpn.aws-targets", VPN, "What it may meet at AWS",
         WORDS("VGW", "TGW"), DOC("GCAWS"), NOTE("ECMP with a transit gateway alone")),
    FACT(GCP_VPN_AWS_FEW_TRANSFORMS, "gcp.vpn.aws-few-transforms", VPN,
         "AWS has to be held to IKEv2 and few transforms", YES, DOC("GCAWS"),
         NOTE("large SA payloads are fragmented, and rekeying fails")),
    FACT(GCP_VPN_PPS, "gcp.vpn.pps", VPN, "Packets of a tunnel, both directions together",
         COUNT(250000, "packets/s"), DOC("GCQ, GCBW")),
    FACT(GCP_VPN_MBPS, "gcp.vpn.mbps", VPN, "A tunnel carries about", RANGE(1000, 3000, "Mbit/s"),
         DOC("GCQ, GCBW")),
    FACT(GCP_VPN_NAT, "gcp.vpn.nat", VPN, "NAT in front of a peer",
         TEXT("one to one, with UDP encapsulation"), DOC("GCADV")),
    FACT(GCP_VPN_MTU, "gcp.vpn.mtu", VPN, "MTU of a gateway", COUNT(1460, "bytes"), DOC("GCMTU")),
    FACT(GCP_VPN_MTU_INTERCONNECT, "gcp.vpn.mtu-interconnect", VPN,
         "MTU of a gateway over Interconnect", COUNT(1440, "bytes"), DOC("GCMTU")),
    FACT(GCP_VPN_PAYLOAD, "gcp.vpn.payload", VPN, "Payload that passes over IPv4 with AEAD",
         COUNT(1406, "bytes"), OR_TEXT("1406 for other ciphers too"), DISPUTED("GCMTU"),
         NOTE("stored versions of the page differ on the ciphers that 1406 holds for")),
    FACT(GCP_VPN_PAYLOAD_IPV6_LESS, "gcp.vpn.payload-ipv6-less", VPN, "Less over IPv6 by",
         COUNT(20, "bytes"), DOC("GCMTU")),
    FACT(GCP_VPN_PAYLOAD_NAT_LESS, "gcp.vpn.payload-nat-less", VPN, "Less with NAT traversal by",
         COUNT(8, "bytes"), DOC("GCMTU")),
    FACT(GCP_VPN_PREFRAGMENT, "gcp.vpn.prefragment", VPN, "The peer fragments before encryption",
         YES, DOC("GCMTU")),
    FACT(GCP_VPN_MSS_CLAMPED, "gcp.vpn.mss-clamped", VPN, "Google clamps the TCP MSS", YES,
         DOC("GCMTU")),

    /* ---- Cloud Router ------------------------------------------------------------------------ */
    FACT(GCP_ROUTER_AS, "gcp.router.as", ROUTER, "AS numbers of a Cloud Router",
         SPANS({ 64512, 65534 }, { 4200000000, 4294967294 }), DOC("GCCR"),
         NOTE("private ones of RFC 6996")),
    FACT(GCP_ROUTER_AS_FIXED, "gcp.router.as-fixed", ROUTER,
         "The AS number holds for all its tunnels and cannot be changed", YES, DOC("GCCR")),
    FACT(GCP_ROUTER_AS_MUST_DIFFER, "gcp.router.as-must-differ", ROUTER,
         "A peer needs another AS number", YES, DOC("GCCR, S3")),
    FACT(GCP_ROUTER_ADDRESSES, "gcp.router.addresses", ROUTER, "BGP addresses are taken from",
         PREFIXES(V4(169, 254, 0, 0, 16)), DOC("S3")),
    FACT(GCP_ROUTER_ADDRESSES_LENGTH, "gcp.router.addresses-length", ROUTER,
         "Both ends stand in one prefix of length", COUNT(30, "bits"), DOC("S3")),
    FACT(GCP_ROUTER_ADDRESSES_RESERVED, "gcp.router.addresses-reserved", ROUTER,
         "BGP addresses that cannot be used", PREFIXES(V4(169, 254, 169, 254, 32)),
         UNVERIFIED("NONE")),
    FACT(GCP_ROUTER_KEEPALIVE, "gcp.router.keepalive", ROUTER, "Keepalive interval", COUNT(20, "s"),
         DOC("GCCR")),
    FACT(GCP_ROUTER_KEEPALIVE_RANGE, "gcp.router.keepalive-range", ROUTER,
         "Keepalive intervals that can be set", RANGE(20, 60, "s"), DOC("GCCR")),
    FACT(GCP_ROUTER_HOLD_FACTOR, "gcp.router.hold-factor", ROUTER,
         "Hold time as a multiple of the keepalive interval", NUMBER(3), DOC("GCCR"),
         NOTE("the lower one of both sides is used")),
    FACT(GCP_ROUTER_GRACEFUL_RESTART, "gcp.router.graceful-restart", ROUTER,
         "Graceful restart is supported", YES, UNVERIFIED("NONE")),
    FACT(GCP_ROUTER_GRACEFUL_RESTART_TIME, "gcp.router.graceful-restart-time", ROUTER,
         "Restart time", COUNT(120, "s"), UNVERIFIED("NONE")),
    FACT(GCP_ROUTER_GRACEFUL_RESTART_STALE, "gcp.router.graceful-restart-stale", ROUTER,
         "Stale time", COUNT(300, "s"), UNVERIFIED("NONE")),
    FACT(GCP_ROUTER_MD5, "gcp.router.md5", ROUTER, "MD5 authentication is supported", YES,
         DOC("GCCR"), NOTE("a key for each peer")),
    FACT(GCP_ROUTER_BFD_MODES, "gcp.router.bfd-modes", ROUTER, "BFD modes",
         WORDS("ACTIVE", "PASSIVE", "DISABLED"), DOC("GCCR")),
    FACT(GCP_ROUTER_BFD_INTERVAL, "gcp.router.bfd-interval", ROUTER,
         "BFD intervals that can be set", RANGE(1000, 30000, "ms"), DOC("GCCR")),
    FACT(GCP_ROUTER_BFD_MULTIPLIER, "gcp.router.bfd-multiplier", ROUTER,
         "BFD multipliers that can be set", RANGE(5, 16, NULL), DOC("GCCR")),
    FACT(GCP_ROUTER_BFD_HA_VPN, "gcp.router.bfd-ha-vpn", ROUTER, "BFD works on tunnels of HA VPN",
         NO, UNVERIFIED("NONE")),
    FACT(GCP_ROUTER_PRIORITY_RANGE, "gcp.router.priority-range", ROUTER,
         "Advertised route priorities, sent as MED", RANGE(0, 65535, NULL), DOC("GCCR"),
         NOTE("the lowest wins; in global mode the cost of the region is added")),
    FACT(GCP_ROUTER_PRIORITY, "gcp.router.priority", ROUTER, "Advertised route priority",
         NUMBER(100), UNVERIFIED("GCCR")),
    FACT(GCP_ROUTER_ADVERTISE_MODES, "gcp.router.advertise-modes", ROUTER, "Advertise modes",
         WORDS("DEFAULT", "CUSTOM"), DOC("GCCR"),
         NOTE("DEFAULT: the subnets; CUSTOM: groups and ranges; a peer's setting overrides the "
              "router's")),
    FACT(GCP_ROUTER_ADVERTISE_MODE, "gcp.router.advertise-mode", ROUTER,
         "Advertise mode by default", TEXT("DEFAULT"), DOC("GCCR")),
    FACT(GCP_ROUTER_ADVERTISE_GROUPS, "gcp.router.advertise-groups", ROUTER, "Groups of CUSTOM",
         WORDS("ALL_SUBNETS"), DOC("GCCR")),
    FACT(GCP_ROUTER_ROUTING_MODES, "gcp.router.routing-modes", ROUTER,
         "Dynamic routing modes of a VPC", WORDS("REGIONAL", "GLOBAL"), DOC("GCMODE")),
    FACT(GCP_ROUTER_ROUTING_MODE, "gcp.router.routing-mode", ROUTER,
         "Dynamic routing mode by default", TEXT("REGIONAL"), DOC("GCMODE"),
         NOTE("only subnets of the router's region are announced and used")),
    FACT(GCP_ROUTER_BEST_PATH_MODES, "gcp.router.best-path-modes", ROUTER, "Best path modes",
         WORDS("LEGACY", "STANDARD"), DOC("GCCR"),
         NOTE("alwaysCompareMed and inter-region cost only in STANDARD")),
    FACT(GCP_ROUTER_BEST_PATH_MODE, "gcp.router.best-path-mode", ROUTER,
         "Best path mode by default", TEXT("LEGACY"), DOC("GCCR")),
    FACT(GCP_ROUTER_PER_REGION_MAX, "gcp.router.per-region-max", ROUTER,
         "Cloud Routers of a VPC in a region", COUNT(5, "routers"), DOC("GCQ")),
    FACT(GCP_ROUTER_PEERS_MAX, "gcp.router.peers-max", ROUTER, "BGP peers of a Cloud Router",
         COUNT(128, "peers"), DOC("GCQ")),
    FACT(GCP_ROUTER_LEARNED_MAX, "gcp.router.learned-max", ROUTER,
         "Learned routes of a region, by destination", COUNT(250, "routes"), UNVERIFIED("GCQ"),
         NOTE("the classic number of the quota")),

    /* ---- HA VPN: IKE and IPsec --------------------------------------------------------------- */
    FACT(GCP_IKE_VERSIONS, "gcp.ike.versions", IPSEC, "Versions of IKE", WORDS("IKEv2", "IKEv1"),
         DOC("GCIKE")),
    FACT(GCP_IKE_ENCRYPTION, "gcp.ike.encryption", IPSEC, "Encryption of IKE, version 2",
         ALGORITHMS(ike_encryption), DOC("GCIKE"), NOTE("AEADs are proposed first")),
    FACT(GCP_IKE_INTEGRITY, "gcp.ike.integrity", IPSEC, "Integrity of IKE, version 2",
         ALGORITHMS(ike_integrity), DOC("GCIKE")),
    FACT(GCP_IKE_PRF, "gcp.ike.prf", IPSEC, "PRFs of IKE, version 2", ALGORITHMS(ike_prf),
         DOC("GCIKE")),
    FACT(GCP_IKE_DH, "gcp.ike.dh", IPSEC, "Groups of IKE, in order", ALGORITHMS(ike_dh),
         DOC("GCIKE")),
    FACT(GCP_IKE_V1_SUITE, "gcp.ike.v1-suite", IPSEC, "The one suite of IKEv1",
         TEXT("AES-CBC-128, SHA1, group 2"), DOC("GCIKE")),
    FACT(GCP_IKE_LIFETIME, "gcp.ike.lifetime", IPSEC, "Lifetime of IKE",
         COUNT(PRESET_GCP_IKE_S, "s"), DOC("GCIKE"), NOTE("fixed")),
    FACT(GCP_IKE_LIFETIME_V1, "gcp.ike.lifetime-v1", IPSEC, "Lifetime of IKEv1", COUNT(36600, "s"),
         DOC("GCIKE"), NOTE("fixed")),
    FACT(GCP_IKE_ROLES, "gcp.ike.roles", IPSEC, "Roles", WORDS("initiator", "responder"),
         DOC("GCIKE"), NOTE("hold the peer to one cipher for each role")),
    FACT(GCP_IKE_REKEY_CHANGES_CIPHER, "gcp.ike.rekey-changes-cipher", IPSEC,
         "The cipher may change when keys are renewed, if several are offered", YES, DOC("GCIKE")),
    FACT(GCP_IKE_DPD, "gcp.ike.dpd", IPSEC, "Dead peer detection is supported", YES,
         UNVERIFIED("NONE"), NOTE("its timers are not published")),
    FACT(GCP_IKE_FRAGMENTATION, "gcp.ike.fragmentation", IPSEC,
         "IKE fragmentation (RFC 7383) is supported", YES, DOC("GCIKE"),
         NOTE("IKE_SA_INIT cannot be fragmented; without it large packets are dropped")),
    FACT(GCP_IKE_PSK, "gcp.ike.psk", IPSEC, "A pre-shared key may be any string", YES,
         UNVERIFIED("NONE")),

    /* ---- HA VPN: IKE and IPsec --------------------------------------------------------------- */
    FACT(GCP_IPSEC_ENCRYPTION, "gcp.ipsec.encryption", IPSEC, "Encryption of ESP",
         ALGORITHMS(ipsec_encryption), DOC("GCIKE")),
    FACT(GCP_IPSEC_INTEGRITY, "gcp.ipsec.integrity", IPSEC, "Integrity of ESP",
         ALGORITHMS(ipsec_integrity), DOC("GCIKE")),
    FACT(GCP_IPSEC_PFS, "gcp.ipsec.pfs", IPSEC, "PFS groups, in order", ALGORITHMS(ipsec_pfs),
         DOC("GCIKE"), NOTE("as for IKE")),
    FACT(GCP_IPSEC_PFS_REQUIRED, "gcp.ipsec.pfs-required", IPSEC, "PFS is required", YES,
         DOC("GCIKE")),
    FACT(GCP_IPSEC_LIFETIME, "gcp.ipsec.lifetime", IPSEC, "Lifetime of ESP",
         COUNT(PRESET_GCP_CHILD_S, "s"), DOC("GCIKE"), NOTE("fixed")),
    FACT(GCP_IPSEC_SELECTORS, "gcp.ipsec.selectors", IPSEC, "Traffic selectors with BGP",
         TEXT("0.0.0.0/0"), UNVERIFIED("NONE")),
};
