/* IKEv2 and IPsec: what lines print as, what is said about those that are wrong, weak or left to
 * fill in, secrets, and the IKEv2 equivalent of IKEv1. What they mean: tests/unit/node. */
#include "config/convert_ikev2.h"
#include "config/secrets.h"
#include "lib.h"

#define IOS DIALECT_IOS
#define FRR DIALECT_FRR

/* The text is read without an error; the printed configuration holds `want`, and not `not`. */
static const struct {
    const char *name, *text, *want, *not ;
} prints[] = {
    { "abbreviations are written out",
      "crypto ikev2 proposal p\n enc aes-cbc-256 aes-cbc-128\n int sha1\n gr 2\n",
      "crypto ikev2 proposal p\n encryption aes-cbc-256 aes-cbc-128\n integrity sha1\n group 2\n",
      NULL },
    { "an algorithm stands once", "crypto ikev2 proposal p\n group 14 14 19\n", " group 14 19\n",
      NULL },
    { "the later line counts", "crypto ikev2 proposal p\n group 14\n group 19 20\n",
      " group 19 20\n", "14" },
    { "refused algorithms are kept as written",
      "crypto ikev2 proposal p\n encryption 3des des\n integrity md5\n group 1\n",
      " encryption 3des des\n integrity md5\n group 1\n", NULL },
    { "no takes a setting back", "crypto ikev2 proposal p\n prf sha512\n no prf\n",
      "crypto ikev2 proposal p\n!", "prf" },
    { "no takes a block back", "crypto ikev2 proposal p\n group 14\nno crypto ikev2 proposal p\n",
      "end", "proposal" },
    { "a block that is made again is empty",
      "crypto ikev2 proposal p\n group 14\nno crypto ikev2 proposal p\ncrypto ikev2 proposal p\n"
      " group 19\n",
      "crypto ikev2 proposal p\n group 19\n", "14" },
    { "proposals of a policy keep their order",
      "crypto ikev2 policy p\n match fvrf any\n match address local 10.0.0.1\n proposal b\n"
      " proposal a\n proposal b\n",
      "crypto ikev2 policy p\n match fvrf any\n match address local 10.0.0.1\n proposal b\n"
      " proposal a\n!",
      NULL },
    { "no proposal takes one out",
      "crypto ikev2 policy p\n proposal a\n proposal b\n proposal c\n no proposal b\n",
      " proposal a\n proposal c\n", "proposal b" },
    { "a peer that is named again goes on",
      "crypto ikev2 keyring k\n peer a\n  address 10.0.0.1\n peer b\n peer a\n  pre-shared-key x\n",
      " peer a\n  address 10.0.0.1\n  pre-shared-key x\n !\n peer b\n", NULL },
    { "no peer", "crypto ikev2 keyring k\n peer a\n  address 10.0.0.1\n peer b\n no peer a\n",
      "crypto ikev2 keyring k\n peer b\n", "10.0.0.1" },
    { "keys of both sides",
      "crypto ikev2 keyring k\n peer a\n  pre-shared-key local one\n  pre-shared-key remote two\n",
      "  pre-shared-key local one\n  pre-shared-key remote two\n", NULL },
    { "one key takes the place of two",
      "crypto ikev2 keyring k\n peer a\n  pre-shared-key local one\n  pre-shared-key both\n",
      "  pre-shared-key both\n", "one" },
    { "type 0 is the key as typed", "crypto ikev2 keyring k\n peer a\n  pre-shared-key 0 abc def\n",
      "  pre-shared-key abc def\n", NULL },
    { "a key like a keyword keeps its type",
      "crypto ikev2 keyring k\n peer a\n  pre-shared-key 0 file x\n", "  pre-shared-key 0 file x\n",
      NULL },
    { "keys by reference",
      "crypto ikev2 keyring k\n peer a\n  pre-shared-key file /run/k\n peer b\n"
      "  pre-shared-key env PSK\n peer c\n  pre-shared-key credential azure-psk\n",
      "  pre-shared-key file /run/k\n !\n peer b\n  pre-shared-key env PSK\n !\n peer c\n"
      "  pre-shared-key credential azure-psk\n",
      NULL },
    { "post-quantum keys",
      "crypto ikev2 keyring k\n peer a\n  ppk manual id q key hex 00aaff required\n",
      "  ppk manual id q key hex 00aaff required\n", NULL },
    { "a range of peers", "crypto ikev2 keyring k\n peer a\n  address 10.0.0.0 255.255.255.0\n",
      "  address 10.0.0.0 255.255.255.0\n", NULL },
    { "IPv6 peers", "crypto ikev2 keyring k\n peer a\n  address 2001:db8::/32\n",
      "  address 2001:db8::/32\n", NULL },
    { "a profile in the order of IOS",
      "crypto ikev2 profile p\n keyring local k\n dpd 10 5 on-demand\n lifetime 3600\n"
      " authentication local pre-share\n authentication remote rsa-sig\n pki trustpoint t\n"
      " match identity remote fqdn a.b\n match identity remote email domain b.c\n"
      " match address local interface GigabitEthernet1\n"
      " match identity remote address 10.0.0.1\n identity local key-id 7\n nat force-encap\n"
      " preset aws\n",
      "crypto ikev2 profile p\n match address local interface GigabitEthernet1\n"
      " match identity remote fqdn a.b\n match identity remote email domain b.c\n"
      " match identity remote address 10.0.0.1 255.255.255.255\n"
      " identity local key-id 7\n authentication remote rsa-sig\n authentication local pre-share\n"
      " keyring local k\n pki trustpoint t\n lifetime 3600\n dpd 10 5 on-demand\n nat force-encap\n"
      " preset aws\n",
      NULL },
    { "the preset written out is the same", "crypto ikev2 profile p\n crypto ikev2 preset azure\n",
      " preset azure\n", NULL },
    { "trustpoints name files",
      "crypto pki trustpoint t\n enrollment terminal\n file identity /a.pem\n"
      " credential private-key k\n file ca /c.pem\n revocation-check none\n",
      "crypto pki trustpoint t\n file identity /a.pem\n credential private-key k\n file ca "
      "/c.pem\n",
      "enrollment" },
    { "transform sets",
      "crypto ipsec transform-set t esp-aes 256 esp-sha256-hmac esn\n mode tunnel\n",
      "crypto ipsec transform-set t esp-aes 256 esp-sha256-hmac esn\n mode tunnel\n", NULL },
    { "128 bits are not written", "crypto ipsec transform-set t esp-gcm 128\n",
      "crypto ipsec transform-set t esp-gcm\n", NULL },
    { "an IPsec profile",
      "crypto ipsec profile e\n set security-association lifetime seconds 3600 kilobytes 5000\n"
      " set transform-set a b\n set pfs group14\n set ikev2-profile i\n responder-only\n"
      " set security-association replay window-size 512\n",
      "crypto ipsec profile e\n set security-association lifetime seconds 3600\n"
      " set security-association lifetime kilobytes 5000\n"
      " set security-association replay window-size 512\n set transform-set a b\n"
      " set pfs group14\n set ikev2-profile i\n responder-only\n",
      NULL },
    { "what holds for all",
      "crypto ikev2 dpd 10 2 periodic\ncrypto ikev2 nat keepalive 20\n"
      "crypto ikev2 cookie-challenge 0\nno crypto ikev2 fragmentation\ncrypto ipsec df-bit clear\n"
      "crypto ikev2 limit max-in-negotation-sa 100\n"
      "crypto ipsec security-association replay disable\n",
      "crypto ikev2 dpd 10 2 periodic\ncrypto ikev2 nat keepalive 20\n"
      "no crypto ikev2 fragmentation\ncrypto ikev2 cookie-challenge 0\n"
      "crypto ikev2 limit max-in-negotiation-sa 100\n"
      "crypto ipsec security-association replay disable\ncrypto ipsec df-bit clear\n",
      NULL },
    { "the kernel's IPsec", "platform ipsec kernel\n", "platform ipsec kernel\n", NULL },
    { "and not", "platform ipsec kernel\nno platform ipsec kernel\ncrypto ipsec df-bit copy\n",
      "crypto ipsec df-bit copy\n", NULL },
    { "workers", "platform ipsec workers 3\n", "platform ipsec workers 3\n", NULL },
    { "as many as there are CPUs",
      "platform ipsec workers 3\nno platform ipsec workers\ncrypto ipsec df-bit copy\n",
      "crypto ipsec df-bit copy\n", NULL },
    { "VXLAN interfaces",
      "interface vxlan0\n ip address 169.254.0.1/24\n vxlan id 77 remote 10.100.0.4 dev eth0 "
      "dstport "
      "4789\n",
      " vxlan id 77 remote 10.100.0.4 dstport 4789 dev ", NULL },
    { "IKEv1 is kept",
      "crypto isakmp policy 10\n encr aes 256\n hash sha256\n authentication pre-share\n group 14\n"
      "crypto isakmp keepalive 10 3 periodic\n",
      "crypto isakmp policy 10\n encr aes 256\n hash sha256\n authentication pre-share\n group "
      "14\n",
      NULL },
};

static void lines_print(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(prints); i++) {
        for (unsigned d = 0; d < 2; d++) {
            struct reading r = read_text(prints[i].text, d ? FRR : IOS);
            char finding[1024];
            if (!r.ok)
                fail_msg("%s: %s", prints[i].name, first_finding(&r, finding, sizeof(finding)));
            char *text = print_config(r.c, DIALECT_UNKNOWN);
            if (!strstr(text, prints[i].want))
                fail_msg("%s: got\n%s", prints[i].name, text);
            CLAIM(prints[i].name, !prints[i].not || !strstr(text, prints[i].not ));
            struct reading again = read_text(text, d ? FRR : IOS);
            CLAIM(prints[i].name, again.ok && config_eq(r.c, again.c));
            reading_done(&again);
            free(text);
            reading_done(&r);
        }
    }
}

/* ---- findings -------------------------------------------------------------------------------- */

#define PROPOSAL "crypto ikev2 proposal P\n encryption aes-cbc-256\n integrity sha1\n group 14\n"
#define KEYRING "crypto ikev2 keyring K\n peer Q\n  address 192.0.2.1\n  pre-shared-key s3cr3t\n"
#define PROFILE_WITHOUT_DPD                                                                        \
    "crypto ikev2 profile I\n match identity remote any\n authentication local pre-share\n"        \
    " authentication remote pre-share\n keyring local K\n"
#define PROFILE PROFILE_WITHOUT_DPD " dpd 10 5 on-demand\n"
#define IPSEC "crypto ipsec profile E\n set ikev2-profile I\n"
#define TUNNEL_FROM(s, d)                                                                          \
    "interface Tunnel1\n ip address 169.254.21.1 255.255.255.252\n tunnel source " s               \
    "\n tunnel mode ipsec ipv4\n tunnel destination " d "\n tunnel protection ipsec profile E\n"
#define TUNNEL TUNNEL_FROM("198.51.100.1", "192.0.2.1")
#define WHOLE KEYRING PROFILE IPSEC TUNNEL
#define VXLAN                                                                                      \
    "interface vxlan0\n ip address 169.254.0.1 255.255.255.0\n vxlan id 77 remote 10.100.0.4\n"
#define LOOPBACK "interface Loopback0\n ip address 10.100.20.1 255.255.255.255\n"

static const struct {
    const char *name, *text, *want; /* a part of a finding; NULL: there is none */
    bool ok;                        /* whether the configuration stands */
    unsigned tunnels;
} findings[] = {
    { "all is there", WHOLE, NULL, true, 1 },
    { "nothing would notice a dead peer", KEYRING PROFILE_WITHOUT_DPD IPSEC TUNNEL,
      "Tunnel1: nothing notices a peer that is gone", true, 1 },
    { "a mode without protection",
      "interface Tunnel1\n tunnel source 198.51.100.1\n tunnel mode ipsec ipv4\n"
      " tunnel destination 192.0.2.1\n",
      "Tunnel1 stays down: it has no `tunnel protection", true, 0 },
    { "a key file without its path",
      "crypto ikev2 keyring K\n peer Q\n  address 192.0.2.1\n  pre-shared-key file\n",
      "test.conf:4:18: warning: this word itself is the key", true, 0 },
    { "a key chain is of other protocols", "key chain K\n key 1\n  key-string X\n", NULL, true, 0 },
    { "Junos is known by its words", "set security ike proposal p dh-group group14\n",
      "this looks like Junos", false, 0 },
    { "for all profiles",
      "crypto ikev2 dpd 10 5 periodic\n" KEYRING PROFILE_WITHOUT_DPD IPSEC TUNNEL, NULL, true, 1 },
    { "a preset has its own", KEYRING PROFILE_WITHOUT_DPD " preset azure\n" IPSEC TUNNEL, NULL,
      true, 1 },
    { "a neighbor by a tunnel's network",
      WHOLE "router bgp 65001\n neighbor 169.254.21.2 remote-as 65002\n"
            " neighbor 169.254.21.2 update-source Tunnel1\n",
      NULL, true, 1 },
    { "a neighbor by a tunnel without a way to it",
      WHOLE "router bgp 65001\n neighbor 10.9.0.1 remote-as 65002\n"
            " neighbor 10.9.0.1 ebgp-multihop 255\n neighbor 10.9.0.1 update-source Tunnel1\n",
      "warning: neighbor 10.9.0.1 (by Tunnel1): no static route and no interface's network "
      "leads to it: its session stays down; add `ip route 10.9.0.1 "
      "255.255.255.255 Tunnel1` [CFG-BGP-WAY]",
      true, 1 },
    { "by the tunnel's address",
      WHOLE "router bgp 65001\n neighbor 10.9.0.1 remote-as 65002\n"
            " neighbor 10.9.0.1 ebgp-multihop 255\n neighbor 10.9.0.1 update-source "
            "169.254.21.1\n",
      "neighbor 10.9.0.1 (by Tunnel1)", true, 1 },
    { "a loopback's neighbor several hops away, with a default route alone",
      WHOLE LOOPBACK "ip route 0.0.0.0 0.0.0.0 198.51.100.254\nrouter bgp 65001\n"
                     " neighbor 10.9.0.1 remote-as 65002\n neighbor 10.9.0.1 ebgp-multihop 255\n"
                     " neighbor 10.9.0.1 update-source Loopback0\n",
      "neighbor 10.9.0.1 (update-source Loopback0): no static route and no interface's network "
      "leads to it: its session leaves in clear by a default route, or not at all; behind a tunnel "
      "add `ip route 10.9.0.1 255.255.255.255 Tunnel1`, else a route too [CFG-BGP-WAY]",
      true, 1 },
    { "with a static route",
      WHOLE LOOPBACK "ip route 10.9.0.1 255.255.255.255 Tunnel1\nrouter bgp 65001\n"
                     " neighbor 10.9.0.1 remote-as 65002\n neighbor 10.9.0.1 ebgp-multihop 255\n"
                     " neighbor 10.9.0.1 update-source Loopback0\n",
      NULL, true, 1 },
    { "a neighbor on the host's own network",
      WHOLE "router bgp 65001\n neighbor 10.9.0.1 remote-as 65002\n", NULL, true, 1 },
    { "without tunnels the host routes",
      LOOPBACK "router bgp 65001\n neighbor 10.9.0.1 remote-as 65002\n"
               " neighbor 10.9.0.1 ebgp-multihop 255\n neighbor 10.9.0.1 update-source Loopback0\n",
      NULL, true, 0 },
    { "a VXLAN whose other end has a way of its own",
      VXLAN "ip route 10.100.0.0 255.255.0.0 169.254.0.2\n"
            "ip route 10.100.0.4 255.255.255.255 10.0.0.1\n",
      NULL, true, 0 },
    { "the other end of a VXLAN is routed into it",
      VXLAN "ip route 10.100.0.0 255.255.0.0 169.254.0.2\n",
      "test.conf:4:1: warning: the route to 10.100.0.4, the other end of vxlan0, leads into it: "
      "the tunnel is dead; add a route to that address by the gateway outside, or name the device "
      "that carries it (`dev IF`) [CFG-VXLAN]",
      true, 0 },
    { "by way of another route",
      VXLAN "ip route 10.100.0.0 255.255.0.0 192.0.2.1\n"
            "ip route 192.0.2.0 255.255.255.0 vxlan0\n",
      "test.conf:4:1: warning: the route to 10.100.0.4", true, 0 },
    { "the other end of a VXLAN is on its own link",
      "interface vxlan0\n ip address 10.100.0.1 255.255.255.0\n vxlan id 77 remote 10.100.0.4\n",
      "test.conf:1:1: warning: the route to 10.100.0.4", true, 0 },
    { "routes that lead to each other",
      VXLAN "ip route 10.100.0.0 255.255.0.0 192.0.2.1\n"
            "ip route 192.0.2.0 255.255.255.0 10.100.0.9\n",
      NULL, true, 0 },
    { "a VXLAN with a device is carried by that",
      VXLAN " vxlan id 77 remote 10.100.0.4 dev eth0\n"
            "ip route 10.100.0.0 255.255.0.0 169.254.0.2\n",
      "test.conf:5:1: note: the route to 10.100.0.4", true, 0 },
    { "a VXLAN that carries itself", VXLAN " vxlan id 77 remote 10.100.0.4 dev vxlan0\n",
      "error: vxlan0 cannot be carried by itself", false, 0 },
    { "no IPsec profile", TUNNEL,
      "test.conf:1:1: error: Tunnel1 stays down: there is no IPsec profile 'E' [CFG-REFERENCE]",
      false, 0 },
    { "no IKEv2 profile", IPSEC TUNNEL,
      "test.conf:1:1: error: Tunnel1 stays down: there is no IKEv2 "
      "profile 'I'",
      false, 0 },
    { "no keyring", PROFILE IPSEC TUNNEL, "there is no IKEv2 keyring 'K'", false, 0 },
    { "no peer of the destination",
      "crypto ikev2 keyring K\n peer Q\n  address 192.0.2.9\n" PROFILE IPSEC TUNNEL,
      "has no peer with the address of the destination", false, 0 },
    { "no key", "crypto ikev2 keyring K\n peer Q\n  address 192.0.2.1\n" PROFILE IPSEC TUNNEL,
      "test.conf:2:2: error: Tunnel1 stays down: peer 'Q' has no key of ours; add "
      "`pre-shared-key`: the same at both ends",
      false, 0 },
    { "a key of one side",
      "crypto ikev2 keyring K\n peer Q\n  address 192.0.2.1\n"
      "  pre-shared-key local x\n" PROFILE IPSEC TUNNEL,
      "has no key of the peer", false, 0 },
    { "a key that is left to fill in",
      "crypto ikev2 keyring K\n peer Q\n  address 192.0.2.1\n"
      "  pre-shared-key <pre-shared-key>\n" PROFILE IPSEC TUNNEL,
      "test.conf:4:18: warning: a pre-shared key is left to fill in", true, 0 },
    { "a key that was masked",
      "crypto ikev2 keyring K\n peer Q\n  address 192.0.2.1\n"
      "  pre-shared-key <removed>\n" PROFILE IPSEC TUNNEL,
      "test.conf:4:18: warning: Tunnel1 stays down: its key was removed from this text", true, 0 },
    { "a key of type 6", "crypto ikev2 keyring K\n peer Q\n  pre-shared-key 6 ABC\n",
      "a key of type 6 is encrypted by the device that wrote it", false, 0 },
    { "hexadecimal with a slip", "crypto ikev2 keyring K\n peer Q\n  pre-shared-key hex 0fg\n",
      "test.conf:3:22: error: the key is not in hexadecimal digits", false, 0 },
    { "no authentication", KEYRING "crypto ikev2 profile I\n keyring local K\n" IPSEC TUNNEL,
      "does not say how both sides authenticate; add `authentication local pre-share`", false, 0 },
    { "a preset says how",
      KEYRING "crypto ikev2 profile I\n keyring local K\n preset azure\n" IPSEC TUNNEL, NULL, true,
      1 },
    { "a certificate without a trustpoint",
      "crypto ikev2 profile I\n authentication local rsa-sig\n"
      " authentication remote rsa-sig\n" IPSEC TUNNEL,
      "names no trustpoint", false, 0 },
    { "a certificate's name with a pre-shared key",
      KEYRING "crypto ikev2 profile I\n identity local dn\n authentication local pre-share\n"
              " authentication remote pre-share\n keyring local K\n" IPSEC TUNNEL,
      "takes our identity from a certificate, which a pre-shared key has not", false, 0 },
    { "a trustpoint without a key",
      "crypto pki trustpoint T\n file identity /a\n file ca /b\n"
      "crypto ikev2 profile I\n authentication local rsa-sig\n authentication remote rsa-sig\n"
      " pki trustpoint T\n" IPSEC TUNNEL,
      "trustpoint 'T' has no private key", false, 0 },
    { "no proposal", "crypto ikev2 policy Y\n proposal P\n" WHOLE, "there is no IKEv2 proposal 'P'",
      false, 0 },
    { "only 3DES",
      "crypto ikev2 proposal P\n encryption 3des\n integrity sha1\n group 14\n"
      "crypto ikev2 policy Y\n proposal P\n" WHOLE,
      "error: Tunnel1 stays down: IKEv2 policy 'Y' has no proposal that is supported; a proposal "
      "needs encryption, integrity and group",
      false, 0 },
    { "3DES by name", "crypto ikev2 proposal P\n encryption aes-cbc-128 3des\n",
      "test.conf:2:25: warning: 3DES is refused, its 64-bit blocks leak after some gigabytes: use "
      "aes-cbc-256 or aes-gcm-256 [CFG-REFUSED]",
      true, 0 },
    { "DES by name", "crypto ikev2 proposal P\n encryption des\n", "DES is refused", true, 0 },
    { "MD5 by name", "crypto ikev2 proposal P\n integrity md5\n", "MD5 is refused: use sha256",
      true, 0 },
    { "group 1 by name", "crypto ikev2 proposal P\n group 1\n",
      "group 1 (768 bits) is refused: use group 14", true, 0 },
    { "group 2 is weak", "crypto ikev2 proposal P\n group 2\n",
      "test.conf:2:8: warning: group 2 (1024 bits) is weak", true, 0 },
    { "group 5 is weak", "crypto ikev2 proposal P\n group 5\n", "group 5 (1536 bits) is weak", true,
      0 },
    { "an unknown cipher", "crypto ikev2 proposal P\n encryption aes\n",
      "test.conf:2:13: error: 'aes' will not do here; expected aes-cbc-128", false, 0 },
    { "PFS without a group is group 1", KEYRING PROFILE IPSEC " set pfs\n" TUNNEL,
      "set pfs: group 1 (768 bits) is refused", false, 0 },
    { "AH", "crypto ipsec transform-set T ah-sha-hmac esp-aes\n", "AH protects no tunnel here",
      false, 0 },
    { "an AEAD with integrity", "crypto ipsec transform-set T esp-gcm esp-sha-hmac\n",
      "the cipher protects integrity itself", false, 0 },
    { "a cipher without integrity",
      "crypto ipsec transform-set T esp-aes\n" KEYRING PROFILE IPSEC
      " set transform-set T\n" TUNNEL,
      "packets without integrity are refused", false, 0 },
    { "a key length that AES has not", "crypto ipsec transform-set T esp-aes 200\n",
      "expected 128, 192 or 256", false, 0 },
    { "3DES beside another set",
      "crypto ipsec transform-set T esp-3des esp-sha-hmac\n"
      "crypto ipsec transform-set U esp-gcm 256\n" KEYRING PROFILE IPSEC
      " set transform-set T U\n" TUNNEL,
      "transform set 'T' is not used: 3DES is refused", true, 1 },
    { "IKEv1", KEYRING PROFILE "crypto ipsec profile E\n" TUNNEL,
      "warning: Tunnel1 stays down: its IPsec profile 'E' is for IKEv1, which is not supported; "
      "set "
      "ikev2-profile in it, or let `spanway config convert --ikev2 FILE` write the IKEv2 "
      "equivalent "
      "[CFG-IKEV1]",
      true, 0 },
    { "GRE",
      KEYRING PROFILE IPSEC "interface Tunnel1\n tunnel source 198.51.100.1\n tunnel "
                            "destination 192.0.2.1\n tunnel protection ipsec profile E\n",
      "without `tunnel mode ipsec` it is a GRE tunnel; add `tunnel mode ipsec ipv4`", true, 0 },
    { "two tunnels of the same ends",
      WHOLE "interface Tunnel2\n tunnel source 198.51.100.1\n"
            " tunnel mode ipsec ipv4\n tunnel destination 192.0.2.1\n tunnel protection ipsec "
            "profile E\n",
      "Tunnel2 stays down: 'Tunnel1' goes between the same two addresses already", false, 1 },
    { "a destination that is left to fill in",
      KEYRING PROFILE IPSEC TUNNEL_FROM("198.51.100.1", "<AzureGatewayIP>"),
      "placeholder '<AzureGatewayIP>'", true, 0 },
    { "a tunnel that is shut down is not looked at",
      "interface Tunnel1\n shutdown\n"
      " tunnel protection ipsec profile E\n",
      NULL, true, 0 },
    { "what a provider does not take",
      KEYRING PROFILE " preset azure\n" IPSEC " set pfs group15\n" TUNNEL,
      "Azure VPN gateway, route-based does not take group 15 [CFG-PRESET]", true, 1 },
    { "a provider that waits, and we do",
      KEYRING PROFILE " preset aws\n" IPSEC " responder-only\n" TUNNEL,
      "AWS Site-to-Site VPN waits for us unless it is told to begin", true, 1 },
    { "an MSS that is too large for the provider",
      KEYRING PROFILE " preset azure\n" IPSEC TUNNEL " ip tcp adjust-mss 1387\n",
      "wants an MSS that is no larger: ip tcp adjust-mss 1350", true, 1 },
    { "an MSS that the kernel does not know of",
      "platform ipsec kernel\n" KEYRING PROFILE IPSEC TUNNEL " ip tcp adjust-mss 1350\n",
      "ip tcp adjust-mss of Tunnel1 is not obeyed", true, 1 },
    { "a window that is larger than the kernel's",
      "platform ipsec kernel\n" KEYRING PROFILE IPSEC
      " set security-association replay window-size 8192\n" TUNNEL,
      "with platform ipsec kernel the replay window is 4096 packets at most", true, 1 },
    { "a window that the kernel has",
      "platform ipsec kernel\n" KEYRING PROFILE IPSEC
      " set security-association replay window-size 4096\n" TUNNEL,
      NULL, true, 1 },
    { "the kernel copies the DF bit",
      "platform ipsec kernel\ncrypto ipsec df-bit set\n" KEYRING PROFILE IPSEC TUNNEL,
      "platform ipsec kernel copies the DF bit", true, 1 },
    { "a public address for a private VPN",
      LOOPBACK KEYRING PROFILE IPSEC TUNNEL_FROM("Loopback0", "192.0.2.1"),
      "warning: Tunnel1: the destination is a public address and our own is private", true, 1 },
    { "a public address behind a NAT is a note",
      KEYRING PROFILE IPSEC TUNNEL_FROM("10.0.0.4", "192.0.2.1"),
      "note: Tunnel1: the destination is a public address and our own is private", true, 1 },
    { "a BGP neighbor that is our own tunnel address",
      WHOLE "router bgp 65001\n"
            " neighbor 169.254.21.1 remote-as 65515\n",
      "warning: neighbor 169.254.21.1 is our own address on Tunnel1", true, 1 },
    { "a default route announced to the provider",
      WHOLE "router bgp 65001\n"
            " neighbor 169.254.21.2 remote-as 65515\n neighbor 169.254.21.2 default-originate\n",
      "warning: the default route is announced to 169.254.21.2 through the tunnel", true, 1 },
    { "a default route by network",
      WHOLE "router bgp 65001\n network 0.0.0.0\n"
            " neighbor 169.254.21.2 remote-as 65515\n",
      "the default route is announced to 169.254.21.2", true, 1 },
    { "a default route that is filtered",
      WHOLE "ip prefix-list L permit 10.0.0.0/8\n"
            "router bgp 65001\n network 0.0.0.0\n neighbor 169.254.21.2 remote-as 65515\n"
            " neighbor 169.254.21.2 prefix-list L out\n",
      NULL, true, 1 },
    { "a default route beyond a host route",
      WHOLE "ip route 10.9.9.9 255.255.255.255 Tunnel1\n"
            "router bgp 65001\n neighbor 10.9.9.9 remote-as 65515\n neighbor 10.9.9.9 "
            "default-originate\n",
      "the default route is announced to 10.9.9.9", true, 1 },
    { "a crypto map", "interface GigabitEthernet1\n crypto map M\n",
      "GigabitEthernet1: no tunnel comes up by its crypto map, and its addresses are not set", true,
      0 },
    { "VRFs", "crypto ikev2 policy Y\n match fvrf red\n", "VRFs are not supported", false, 0 },
    { "EAP", "crypto ikev2 profile I\n authentication remote eap query-identity\n",
      "EAP is for remote access", false, 0 },
    { "a replay window of any size", "crypto ipsec security-association replay window-size 100\n",
      "expected a multiple of 64", false, 0 },
    { "selectors that deny",
      "ip access-list extended A\n deny ip any any\n" WHOLE
      " tunnel protection ipsec policy ipv4 A\n",
      "only 16 plain permit rules say", false, 0 },
};

static bool is_found(const struct reading *r, const char *want)
{
    char line[1024];
    for (uint32_t i = 0; i < r->diags.count; i++) {
        struct text t = text_init(line, sizeof(line));
        text_diag(&t, &r->diags.items[i]);
        if (strstr(line, want))
            return true;
    }
    return false;
}

static void findings_are_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(findings); i++) {
        struct reading r = read_text(findings[i].text, IOS);
        char first[1024];
        bool said = findings[i].want ? is_found(&r, findings[i].want) : r.diags.count == 0;
        if (!said || r.ok != findings[i].ok || r.c->ipsec.tunnels.n != findings[i].tunnels)
            fail_msg("%s: ok %d, %u tunnels, first finding %s", findings[i].name, r.ok,
                     r.c->ipsec.tunnels.n, first_finding(&r, first, sizeof(first)));
        reading_done(&r);
    }
}

/* ---- secrets --------------------------------------------------------------------------------- */

static const char secret_text[] =
    "! an old line: pre-shared-key s3cr3t-0\n" PROPOSAL
    "crypto ikev2 keyring K\n peer Q\n  address 192.0.2.1\n  pre-shared-key s3cr3t-1 and more\n"
    " peer R\n  address 192.0.2.2\n  pre-shared-key local 0 s3cr3t-2\n"
    "  pre-shared-key remote hex 53337233\n  ppk manual id q key s3cr3t-3 required\n"
    " peer S\n  pre-shared-key s3cr3t-4\n  pre-shared-key file /run/keys/s\n no peer S\n" PROFILE
        IPSEC TUNNEL "crypto isakmp key s3cr3t-5 address 192.0.2.3\n"
    "crypto keyring V1\n  pre-shared-key address 192.0.2.4 k s3cr3t-6\n"
    "crypto isakmp client configuration group G\n key s3cr3t-7\n"
    "!\n";

static void assert_no_secret(const char *text)
{
    assert_null(strstr(text, "s3cr3t"));
    assert_null(strstr(text, "53337233"));
    assert_null(strstr(text, "and more"));
}

static char *masked(const struct config *c)
{
    struct printed k = { .p = { .line = printed_line } };
    config_print(c, DIALECT_UNKNOWN, &k.p);
    return k.s;
}

static void secrets_are_masked(void **state)
{
    (void)state;
    struct reading r = read_bytes(secret_text, strlen(secret_text), IOS, true);
    char *text = masked(r.c);
    assert_no_secret(text);
    assert_non_null(strstr(text, "  pre-shared-key <removed>\n"));
    assert_non_null(strstr(text, "  pre-shared-key remote <removed>\n"));
    assert_non_null(strstr(text, "  ppk manual id q key <removed> required\n"));
    free(text);
    reading_done(&r);
}

/* Who speaks BGP sees the passwords of its sessions, the keys process the keys of IPsec. */
static void each_sees_its_own_secrets(void **state)
{
    (void)state;
    static const char text[] = "crypto ikev2 keyring K\n peer p\n  address 192.0.2.1\n"
                               "  pre-shared-key for-ipsec\n!\n"
                               "router bgp 65000\n neighbor 192.0.2.1 remote-as 65001\n"
                               " neighbor 192.0.2.1 password for bgp\n"
                               " neighbor 192.0.2.2 remote-as 65001\n"
                               " neighbor 192.0.2.2 password 0 for bgp\n!\n";
    struct reading r = read_bytes(text, strlen(text), IOS, true);
    for (int i = 0; i < 4; i++) {
        char to[sizeof(text) + 64] = { 0 };
        const struct config_secret_text from = {
            .text = text, .len = strlen(text), .keeps_bgp = i & 1, .keeps_ipsec = i & 2 };
        (void)config_without_secrets(r.c, &from, to, sizeof(to) - 1);
        assert_true((strstr(to, "for bgp") != NULL) == ((i & 1) != 0));
        assert_true((strstr(to, "for-ipsec") != NULL) == ((i & 2) != 0));
        assert_true(i != 3 || strcmp(to, text) == 0);
    }
    reading_done(&r);
}

static void texts_go_out_without_secrets(void **state)
{
    (void)state;
    struct reading r = read_bytes(secret_text, strlen(secret_text), IOS, true);
    size_t cap = config_without_secrets_max(r.c, 0, strlen(secret_text));
    char *to = calloc(1, cap + 1);
    assert_non_null(to);
    const struct config_secret_text from = { .text = secret_text, .len = strlen(secret_text) };
    size_t n = config_without_secrets(r.c, &from, to, cap);
    assert_int_equal(n, strlen(to));
    assert_no_secret(to);
    assert_non_null(strstr(to, "  pre-shared-key file /run/keys/s\n"));
    size_t lines[2] = { 0 };
    for (const char *s = secret_text; *s; s++)
        lines[0] += *s == '\n';
    for (const char *s = to; *s; s++)
        lines[1] += *s == '\n';
    assert_int_equal(lines[0], lines[1]);
    /* Others read it and find the same tunnels. */
    struct config_file file = { .name = "test.conf", .text = to, .len = n };
    struct config_options options = { .dialect = IOS,
                                      .allow_unsupported = true,
                                      .secrets_removed = true };
    struct diag_list diags = { 0 };
    struct config *c = NULL;
    assert_true(config_parse(&file, 1, &options, &diags, &c));
    assert_int_equal(c->ipsec.tunnels.n, 1);
    assert_int_equal(c->ipsec.tunnels.n, r.c->ipsec.tunnels.n);
    assert_int_equal(c->ipsec.keyrings.v[0].peers.v[0].psk[PSK_LOCAL].kind, SECRET_REMOVED);
    assert_int_equal(c->ipsec.keyrings.v[0].peers.v[1].psk[PSK_REMOTE].kind, SECRET_REMOVED);
    assert_int_equal(c->ipsec.secrets.n, 0);
    config_free(c);
    diag_list_done(&diags);
    free(to);
    reading_done(&r);
}

static void secrets_are_wiped(void **state)
{
    (void)state;
    struct reading r = read_bytes(secret_text, strlen(secret_text), IOS, true);
    config_wipe_secrets(r.c);
    char *text = print_config(r.c, DIALECT_UNKNOWN);
    assert_no_secret(text);
    free(text);
    reading_done(&r);
}

/* ---- IKEv1 ----------------------------------------------------------------------------------- */

static const struct {
    const char *name, *text, *want, *not ; /* of the configuration that comes out */
    const char *finding;                   /* a part of one; NULL: none */
    bool any;
} conversions[] = {
    { "a download of AWS",
      "crypto isakmp policy 200\n encryption aes 128\n authentication pre-share\n group 2\n"
      " lifetime 28800\n hash sha\ncrypto keyring kr\n"
      " pre-shared-key address 192.0.2.1 key s3cr3t\ncrypto isakmp profile ip\n"
      " match identity address 192.0.2.1\n keyring kr\ncrypto isakmp keepalive 10 10 periodic\n"
      "crypto ipsec transform-set t esp-aes 128 esp-sha-hmac\n mode tunnel\n"
      "crypto ipsec profile E\n set pfs group2\n set transform-set t\n" TUNNEL,
      "crypto ikev2 keyring ikev2-E\n peer 192.0.2.1\n  address 192.0.2.1\n"
      "  pre-shared-key s3cr3t\n !\n!\ncrypto ikev2 profile ikev2-E\n"
      " match identity remote address 192.0.2.1 255.255.255.255\n authentication remote pre-share\n"
      " authentication local pre-share\n keyring local ikev2-E\n lifetime 28800\n"
      " dpd 10 10 periodic\n",
      "isakmp", NULL, true },
    { "policies in the order of their numbers",
      "crypto isakmp policy 20\n encr aes 256\n authentication pre-share\n group 14\n"
      "crypto isakmp policy 3\n encr aes\n hash sha256\n authentication pre-share\n group 19\n"
      "crypto isakmp key abc address 192.0.2.1\ncrypto ipsec profile E\n" TUNNEL,
      "crypto ikev2 proposal ikev1-policy-3\n encryption aes-cbc-128\n integrity sha256\n group "
      "19\n!\n"
      "crypto ikev2 proposal ikev1-policy-20\n encryption aes-cbc-256\n integrity sha1\n group "
      "14\n!\n"
      "crypto ikev2 policy ikev1-policies\n proposal ikev1-policy-3\n proposal ikev1-policy-20\n",
      "isakmp", NULL, true },
    { "no key",
      "crypto isakmp policy 1\n encr aes\n authentication pre-share\n group 14\n"
      "crypto ipsec profile E\n" TUNNEL,
      "set ikev2-profile ikev2-E", NULL, "Tunnel1: IKEv1 has no pre-shared key for its destination",
      true },
    { "liveness checks, which nobody asked for",
      "crypto isakmp policy 20\n encr aes 256\n authentication pre-share\n group 14\n"
      "crypto isakmp key abc address 192.0.2.1\ncrypto ipsec profile E\n" TUNNEL,
      " dpd 10 5 periodic\n", "isakmp", NULL, true },
    { "a crypto map", "crypto map M 10 ipsec-isakmp\n set peer 192.0.2.1\n", "crypto map M 10",
      NULL, "M 10: a crypto map is not converted", true },
    { "IKEv2 already", WHOLE, "crypto ikev2 keyring K", "ikev2-E", NULL, false },
};

static void ikev1_has_its_equivalent(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(conversions); i++) {
        struct reading r = read_text(conversions[i].text, IOS);
        struct printed lines = { .p = { .line = printed_line, .with_secrets = true } };
        struct diag_list l = { 0 };
        CLAIM(conversions[i].name, config_ikev2_lines(r.c, &lines.p, &l) == conversions[i].any);
        struct config_file files[2] = { { "a", conversions[i].text, strlen(conversions[i].text) },
                                        { "b", lines.s, lines.len } };
        struct config_options options = { .dialect = IOS, .allow_unsupported = true };
        struct diag_list diags = { 0 };
        struct config *c = NULL;
        CLAIM(conversions[i].name, config_parse(files, 2, &options, &diags, &c));
        char *text = print_config(c, DIALECT_UNKNOWN);
        if (!strstr(text, conversions[i].want))
            fail_msg("%s: got\n%s", conversions[i].name, text);
        CLAIM(conversions[i].name, !conversions[i].not || !strstr(text, conversions[i].not ));
        CLAIM(conversions[i].name, (l.count > 0) == (conversions[i].finding != NULL));
        CLAIM(conversions[i].name,
              !conversions[i].finding || strstr(l.items[0].what, conversions[i].finding));
        CLAIM(conversions[i].name, conversions[i].finding || c->ipsec.tunnels.n == 1);
        free(text);
        config_free(c);
        diag_list_done(&diags);
        diag_list_done(&l);
        free(lines.s);
        reading_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_print),        cmocka_unit_test(findings_are_said),
        cmocka_unit_test(secrets_are_masked), cmocka_unit_test(texts_go_out_without_secrets),
        cmocka_unit_test(each_sees_its_own_secrets),
        cmocka_unit_test(secrets_are_wiped),  cmocka_unit_test(ikev1_has_its_equivalent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
