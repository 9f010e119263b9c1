/* Failures in words: every kind has an id, says what happened, and what to do. */
#include "ike/explain.h"

#include <errno.h>

#include "crypto/sign.h"
#include "ike/identity.h"
#include "ike_lib.h"

static const struct ike_proposal gcm = {
    .encr = { { CRYPTO_AES_GCM_16, 256 } }, .n_encr = 1, .group = { CRYPTO_MODP_2048 }, .n_group = 1
};
static const struct ike_proposal gcm_no_pfs = { .encr = { { CRYPTO_AES_GCM_16, 256 } },
                                                .n_encr = 1 };
static const struct ike_wish ike_wish = { &gcm, 1, IKE_PROTO_IKE, false, false, 0 };
static const struct ike_wish child_wish = { &gcm, 1, IKE_PROTO_ESP, false, false, 0 };
static const struct ike_wish no_pfs = { &gcm_no_pfs, 1, IKE_PROTO_ESP, false, false, 0 };

static struct ike_connection connection;
static struct ike_lists lists;
static struct ike_id here, there;
static struct esp_path path;

static int setup(void **state)
{
    (void)state;
    const char *why;
    assert_true(ip_parse("192.0.2.1", &path.local) && ip_parse("198.51.100.2", &path.remote));
    path.local_port = path.remote_port = 500;
    assert_true(ike_id_parse(IKE_ID_IPV4, "192.0.2.1", &here, &why));
    assert_true(ike_id_parse(IKE_ID_FQDN, "gw.example.com", &there, &why));
    connection =
        (struct ike_connection){ .name = "Tunnel13", .remote = path.remote, .lists = &lists };
    lists.local_ts[0] = lists.remote_ts[0] = ike_ts_any(IP_V4);
    lists.n_local_ts = lists.n_remote_ts = 1;
    return 0;
}

static const struct diag detail = { .what = "no IKE proposal fits: details",
                                    .expected = "what we want",
                                    .remedy = "do this" };

static const struct explain_case {
    const char *name;
    struct ike_failure f;
    const char *id, *what, *remedy; /* parts of the text */
} cases[] = {
    { "no answer at all",
      { .why = IKE_WHY_NO_ANSWER, .tries = 5, .seconds = 62 },
      "IKE-NO-ANSWER",
      "no answer to IKE_SA_INIT from 198.51.100.2 port 500 (5 tries in 62 s)",
      "is UDP 500 and 4500 open both ways?" },
    { "INIT answered, large AUTH lost",
      { .why = IKE_WHY_NO_AUTH_ANSWER, .tries = 5, .longest_datagram = 2900 },
      "IKE-NO-AUTH-ANSWER",
      "answered IKE_SA_INIT, but not IKE_AUTH (5 tries), whose longest packet has 2900 bytes",
      "`crypto ikev2 fragmentation`" },
    { "INIT answered, AUTH on 4500 lost",
      { .why = IKE_WHY_NO_AUTH_ANSWER, .nat_here = true, .longest_datagram = 300 },
      "IKE-NO-AUTH-ANSWER",
      "a NAT is before us",
      "goes on over UDP 4500: open it both ways" },
    { "INIT answered, small AUTH lost",
      { .why = IKE_WHY_NO_AUTH_ANSWER, .longest_datagram = 300 },
      "IKE-NO-AUTH-ANSWER",
      "but not IKE_AUTH",
      "compare the pre-shared key and identities" },
    { "fragmentation was agreed: another cause",
      { .why = IKE_WHY_NO_AUTH_ANSWER, .longest_datagram = 2900, .fragmentation = true },
      "IKE-NO-AUTH-ANSWER",
      "2900 bytes",
      "compare the pre-shared key" },
    { "nothing listens there",
      { .why = IKE_WHY_SEND_FAILED, .send_error = -ECONNREFUSED },
      "IKE-PORT-CLOSED",
      "nothing listens at 198.51.100.2 port 500",
      "does IKE run there" },
    { "no answer so far",
      { .why = IKE_WHY_NO_ANSWER, .tries = 2, .seconds = 6, .goes_on = true },
      "IKE-NO-ANSWER",
      "no answer yet to IKE_SA_INIT from 198.51.100.2 port 500 (2 tries in 6 s)",
      "is UDP 500 and 4500 open both ways?" },
    { "an established peer falls silent",
      { .why = IKE_WHY_NO_LATER_ANSWER, .tries = 3 },
      "IKE-PEER-SILENT",
      "answers no more (3 tries)",
      "the path or the peer is down" },
    { "no route",
      { .why = IKE_WHY_SEND_FAILED, .send_error = -ENETUNREACH },
      "IKE-SEND",
      "there is no route to it",
      "outside of the tunnel" },
    { "no such address",
      { .why = IKE_WHY_SEND_FAILED, .send_error = -EADDRNOTAVAIL },
      "IKE-SEND",
      "the local address is not there: 192.0.2.1",
      "`tunnel source`" },
    { "too long",
      { .why = IKE_WHY_SEND_FAILED, .send_error = -EMSGSIZE },
      "IKE-SEND",
      "longer than the path takes",
      "fragmentation mtu" },
    { "forbidden",
      { .why = IKE_WHY_SEND_FAILED, .send_error = -EPERM },
      "IKE-SEND",
      "a firewall of this machine forbids it",
      "allow UDP 500 and 4500 out" },
    { "another error",
      { .why = IKE_WHY_SEND_FAILED, .send_error = -EIO },
      "IKE-SEND",
      "error -5",
      "" },
    { "we chose nothing",
      { .why = IKE_WHY_WE_CHOSE_NOTHING, .detail = &detail },
      "IKE-NO-PROPOSAL",
      "no IKE proposal fits: details",
      "do this" },
    { "the peer chose nothing",
      { .why = IKE_WHY_PEER_CHOSE_NOTHING, .wish = &ike_wish },
      "IKE-NO-PROPOSAL",
      "the peer takes none of our IKE proposals: AES-GCM-16-256/",
      "Azure's default knows group 2 alone" },
    { "the peer chose no ESP proposal, without PFS",
      { .why = IKE_WHY_PEER_CHOSE_NOTHING, .child = true, .wish = &no_pfs },
      "IKE-NO-CHILD-PROPOSAL",
      "none of our ESP proposals: AES-GCM-16-256/no ESN",
      "most often PFS: `set pfs` with the peer's group" },
    { "the peer chose no ESP proposal, with PFS",
      { .why = IKE_WHY_PEER_CHOSE_NOTHING, .child = true, .wish = &child_wish },
      "IKE-NO-CHILD-PROPOSAL",
      "none of our ESP proposals",
      "or `no set pfs`" },
    { "the peer chose what we did not offer",
      { .why = IKE_WHY_BAD_CHOICE, .detail = &detail },
      "IKE-BAD-CHOICE",
      "details",
      "do this" },
    { "a group that we do not offer",
      { .why = IKE_WHY_GROUP, .group = 2, .wish = &ike_wish },
      "IKE-GROUP",
      "the peer wants Diffie-Hellman group 2 (MODP_1024), which we do not offer",
      "`group 2` in the crypto ikev2 proposal" },
    { "a group that we cannot do",
      { .why = IKE_WHY_GROUP, .group = 27, .wish = &ike_wish },
      "IKE-GROUP",
      "27 (ECP_224_BP)",
      "we cannot do this group" },
    { "a group for PFS",
      { .why = IKE_WHY_GROUP, .group = 24, .wish = &child_wish, .child = true },
      "IKE-GROUP",
      "24 (MODP_2048_256)",
      "`set pfs group24`" },
    { "a group that it then refuses",
      { .why = IKE_WHY_GROUP, .group = 14, .wish = &ike_wish },
      "IKE-GROUP",
      "and refuses it when it gets it",
      "group 14" },
    { "the peer refuses our key",
      { .why = IKE_WHY_PEER_REFUSED_AUTH, .local_id = &here, .nat_here = true },
      "IKE-AUTH-REFUSED",
      "(AUTHENTICATION_FAILED); we said we are address 192.0.2.1",
      "compare the pre-shared key" },
    { "another key",
      { .why = IKE_WHY_AUTH_WRONG, .peer_auth = CRYPTO_AUTH_PSK, .remote_id = &there },
      "IKE-PSK",
      "the peer has another pre-shared key than we; it is fqdn gw.example.com",
      "set the same key at both ends" },
    { "a certificate where a key is wanted",
      { .why = IKE_WHY_AUTH_WRONG, .peer_auth = CRYPTO_AUTH_SIGNATURE },
      "IKE-AUTH-WRONG",
      "the peer authenticates by certificate, we want a pre-shared key",
      "`authentication remote`" },
    { "another identity",
      { .why = IKE_WHY_ID_WRONG, .remote_id = &there, .nat_there = true },
      "IKE-IDENTITY",
      "it says it is fqdn gw.example.com",
      "`match identity remote fqdn gw.example.com`" },
    { "no key here",
      { .why = IKE_WHY_NO_KEY, .keys_why = "no such keyring" },
      "IKE-NO-KEY",
      "there is no key to authenticate with: no such keyring",
      "`pre-shared-key`" },
    { "PPK", { .why = IKE_WHY_PPK }, "IKE-PPK", "post-quantum", "at both ends" },
    { "we refused selectors",
      { .why = IKE_WHY_WE_REFUSED_TS, .detail = &detail },
      "IKE-TS",
      "details",
      "do this" },
    { "the peer refused selectors",
      { .why = IKE_WHY_PEER_REFUSED_TS },
      "IKE-TS",
      "(TS_UNACCEPTABLE): from 0.0.0.0/0 to 0.0.0.0/0",
      "what is local there is remote here" },
    { "an unknown peer",
      { .why = IKE_WHY_NO_CONNECTION, .remote_id = &there },
      "IKE-UNKNOWN-PEER",
      "nothing is configured for 198.51.100.2 port 500, which says it is fqdn gw.example.com",
      "a tunnel with this destination" },
    { "another error of the peer",
      { .why = IKE_WHY_PEER_ERROR, .notify = 37 },
      "IKE-PEER-ERROR",
      "the peer refuses: FAILED_CP_REQUIRED",
      "site-to-site" },
    { "an unknown error of the peer",
      { .why = IKE_WHY_PEER_ERROR, .notify = 8000 },
      "IKE-PEER-ERROR",
      "the peer refuses: notify 8000",
      "log" },
    { "bad syntax",
      { .why = IKE_WHY_SYNTAX, .detail = &detail },
      "IKE-SYNTAX",
      "a packet from 198.51.100.2 port 500 cannot be read: no IKE",
      "" },
    { "deleted",
      { .why = IKE_WHY_PEER_DELETED, .child = true },
      "IKE-DELETED",
      "the peer deleted the tunnel's SA",
      "" },
    { "version 1",
      { .why = IKE_WHY_IKEV1 },
      "IKE-V1",
      "speaks IKEv1, which is refused",
      "set the peer's connection to IKEv2" },
};

static void claim_part(const char *name, const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("%s: \"%s\" is not in \"%s\"", name, part, text);
}

static void test_every_reason(void **state)
{
    (void)state;
    uint32_t seen = 0;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ike_failure f = cases[i].f;
        struct diag d;
        f.path = path;
        f.connection = f.why == IKE_WHY_NO_CONNECTION ? NULL : &connection;
        seen |= UINT32_C(1) << f.why;
        ike_explain(&f, &d);
        CLAIM_TEXT(cases[i].name, d.id, cases[i].id);
        claim_part(cases[i].name, d.what, cases[i].what);
        claim_part(cases[i].name, d.remedy, cases[i].remedy);
        CLAIM_TEXT(cases[i].name, d.file, f.connection ? "Tunnel13" : "peer 198.51.100.2");
        CLAIM(cases[i].name, strlen(d.what) + 1 < sizeof(d.what));
        CLAIM(cases[i].name, strlen(d.remedy) + 1 < sizeof(d.remedy));
    }
    assert_int_equal(seen, (UINT32_C(1) << (IKE_WHY_IKEV1 + 1)) - 1);
}

/* With nothing known but the reason, there still is a text. */
static void test_without_facts(void **state)
{
    (void)state;
    for (int why = IKE_WHY_NO_ANSWER; why <= IKE_WHY_IKEV1; why++) {
        const struct ike_failure f = { .why = (enum ike_why)why };
        struct diag d;
        ike_explain(&f, &d);
        assert_true(d.id[0] != 0);
        assert_string_equal(d.file, "peer -");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_reason),
        cmocka_unit_test(test_without_facts),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
