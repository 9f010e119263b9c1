/* show and clear crypto, and tunnel interfaces: layouts against files, filters, errors. */
#include "fake.h"

#include "config/crypto_model.h"
#include "ctl/crypto.h"

static struct view_tunnel tunnels[4];
static struct view_ike_sa sas[4];
static struct view_ike_child children[4];
static struct view_interface interfaces[3];

/* Tunnel13: up, its CHILD SA just rekeyed. Tunnel20: IPv6 outside, certificates, AES-CBC with a
 * limit of traffic. Tunnel21: the peer does not answer. Tunnel22: shut down. */
static void fill_tunnels(void)
{
    tunnels[0] = (struct view_tunnel){ .name = "Tunnel13",
                                       .description = "to the hub",
                                       .mode = "ipsec ipv4",
                                       .source = "GigabitEthernet8",
                                       .local = fake_ip("192.0.2.1"),
                                       .destination = fake_ip("203.0.113.7"),
                                       .ipsec_profile = "AZURE",
                                       .ike_profile = "AZURE-IKE",
                                       .auth_local = AUTH_PSK,
                                       .auth_remote = AUTH_PSK,
                                       .bandwidth_kbit = 50000,
                                       .is_ready = true };
    tunnels[1] = (struct view_tunnel){ .name = "Tunnel20",
                                       .mode = "ipsec ipv4",
                                       .source = "2001:db8::1",
                                       .local = fake_ip("2001:db8::1"),
                                       .destination = fake_ip("2001:db8::2"),
                                       .ipsec_profile = "SIX",
                                       .ike_profile = "SIX-IKE",
                                       .auth_local = AUTH_ECDSA,
                                       .auth_remote = AUTH_RSA,
                                       .is_ready = true };
    tunnels[2] = (struct view_tunnel){ .name = "Tunnel21",
                                       .mode = "ipsec ipv4",
                                       .source = "192.0.2.1",
                                       .local = fake_ip("192.0.2.1"),
                                       .destination = fake_ip("203.0.113.9"),
                                       .ipsec_profile = "AZURE",
                                       .ike_profile = "AZURE-IKE",
                                       .is_ready = true };
    tunnels[3] = (struct view_tunnel){ .name = "Tunnel22", .mode = "gre ip", .is_shutdown = true };
}

static void fill_sas(void)
{
    sas[0] = (struct view_ike_sa){ .connection = 14,
                                   .name = "Tunnel13",
                                   .state = "READY",
                                   .initiator = true,
                                   .up = true,
                                   .nat_here = true,
                                   .local = fake_ip("192.0.2.1"),
                                   .remote = fake_ip("203.0.113.7"),
                                   .local_port = 4500,
                                   .remote_port = 4500,
                                   .spi_i = "0123456789abcdef",
                                   .spi_r = "fedcba9876543210",
                                   .local_id = "192.0.2.1",
                                   .remote_id = "203.0.113.7",
                                   .age_s = 361,
                                   .life_s = 28800,
                                   .expires_in_s = 28439,
                                   .next_id = 12,
                                   .expected_id = 3,
                                   .encr = 20,
                                   .encr_bits = 256,
                                   .prf = 6,
                                   .group = 24,
                                   .dpd_interval_s = 10,
                                   .dpd_retry_s = 2 };
    sas[1] = sas[0];
    sas[1].connection = 21;
    memcpy(sas[1].name, "Tunnel20", 9);
    sas[1].initiator = sas[1].nat_here = false;
    sas[1].local = fake_ip("2001:db8::1");
    sas[1].remote = fake_ip("2001:db8::2");
    sas[1].local_port = sas[1].remote_port = 500;
    memcpy(sas[1].local_id, "router.example.net", 19);
    memcpy(sas[1].remote_id, "2001:db8::2", 12);
    sas[1].encr = 12;
    sas[1].encr_bits = 128;
    sas[1].integ = 2;
    sas[1].prf = 2;
    sas[1].group = 14;
    sas[1].local_cert = sas[1].remote_cert = true;
    sas[1].dpd_interval_s = sas[1].dpd_retry_s = 0;
    sas[1].fragment_bytes = 1280;
    sas[2] = (struct view_ike_sa){ .connection = 22,
                                   .name = "Tunnel21",
                                   .state = "INIT-SENT",
                                   .initiator = true,
                                   .local = fake_ip("192.0.2.1"),
                                   .remote = fake_ip("203.0.113.9"),
                                   .local_port = 500,
                                   .remote_port = 500,
                                   .spi_i = "00000000000000aa",
                                   .spi_r = "0000000000000000",
                                   .age_s = 3 };
}

static void fill_children(void)
{
    children[0] = (struct view_ike_child){ .connection = 14,
                                           .id = 4,
                                           .name = "Tunnel13",
                                           .state = "REPLACED",
                                           .spi_in = 0x11223344,
                                           .spi_out = 0x55667788,
                                           .local_ts = "0.0.0.0/0",
                                           .remote_ts = "0.0.0.0/0",
                                           .local = fake_ip("192.0.2.1"),
                                           .remote = fake_ip("203.0.113.7"),
                                           .local_port = 4500,
                                           .remote_port = 4500,
                                           .expires_in_s = 300,
                                           .packets_in = 1000,
                                           .packets_out = 900,
                                           .bytes_in = 100000,
                                           .bytes_out = 90000,
                                           .replayed = 1,
                                           .window = 1024,
                                           .encr = 20,
                                           .encr_bits = 256 };
    children[1] = children[0];
    children[1].id = 5;
    memcpy(children[1].state, "READY", 6);
    children[1].sends = true;
    children[1].spi_in = 0xa0000001;
    children[1].spi_out = 0xb0000002;
    children[1].expires_in_s = 3599;
    children[1].packets_in = children[1].packets_out = 7;
    children[1].bytes_in = children[1].bytes_out = 700;
    children[1].replayed = 0;
    children[1].group = 24;
    children[2] = children[1];
    children[2].connection = 21;
    children[2].id = 6;
    memcpy(children[2].name, "Tunnel20", 9);
    memcpy(children[2].local_ts, "10.1.0.0/16 proto 6 port 179", 29);
    memcpy(children[2].remote_ts, "10.2.0.1", 9);
    children[2].local = sas[1].local;
    children[2].remote = sas[1].remote;
    children[2].local_port = children[2].remote_port = 0;
    children[2].encr = 12;
    children[2].encr_bits = 192;
    children[2].integ = 12;
    children[2].group = 0;
    children[2].window = 0;
    children[2].hard_bytes = UINT64_C(4608000) * 1024;
}

/* Of Tunnel13 an SA that is gone carried most of it; nothing ever came through Tunnel21. */
static const struct view_ike_totals totals[] = {
    { .connection = 14, .name = "Tunnel13", .packets_in = 51007, .packets_out = 40907,
      .bytes_in = 5100700, .bytes_out = 4090700, .errors_in = 3,
      .errors_out = 5 },
    { .connection = 21, .name = "Tunnel20", .worker = 1, .packets_in = 7, .packets_out = 7,
      .bytes_in = 700, .bytes_out = 700 },
    { .connection = 22, .name = "Tunnel21" },
};

/* What is of two tunnels between the same addresses may come to the wrong worker. */
static const struct view_ike_worker workers[] = {
    { .worker = 0, .process = 4711, .handed_over = 12, .lost = 1 },
    { .worker = 1, .process = 4712, .restarts = 1, .taken_over = 12 },
};

static struct fake fake_ipsec(uint8_t dialect)
{
    struct fake f = fake_new(dialect);
    fill_tunnels();
    fill_sas();
    fill_children();
    interfaces[0] = (struct view_interface){ .index = 2,
                                             .name = "eth0",
                                             .alias = "GigabitEthernet8",
                                             .admin_up = true,
                                             .running = true,
                                             .mtu = 1492,
                                             .addresses = "192.0.2.1/24 192.0.2.10/24" };
    interfaces[1] = (struct view_interface){ .index = 9,
                                             .name = "Tunnel13",
                                             .admin_up = true,
                                             .running = true,
                                             .mtu = 1400,
                                             .addresses = "10.0.0.1/30 fe80::1/64" };
    interfaces[2] =
        (struct view_interface){ .index = 10, .name = "Tunnel21", .admin_up = true, .mtu = 1400 };
    f.tunnels = tunnels;
    f.n_tunnels = 4;
    f.sas = sas;
    f.n_sas = 3;
    f.children = children;
    f.n_children = 3;
    f.interfaces = interfaces;
    f.n_interfaces = 3;
    f.totals = totals;
    f.n_totals = ARRAY_LEN(totals);
    f.workers = workers;
    f.n_workers = ARRAY_LEN(workers);
    return f;
}

static void layouts_are_those_of_the_files(void **state)
{
    (void)state;
    static const struct {
        const char *line, *file;
    } cases[] = {
        { "show crypto ikev2 sa", "crypto-ikev2-sa.txt" },
        { "sh cry ikev2 sa detail", "crypto-ikev2-sa-detail.txt" },
        { "show crypto ipsec sa", "crypto-ipsec-sa.txt" },
        { "show crypto session", "crypto-session.txt" },
        { "sh platform ipsec workers", "platform-ipsec-workers.txt" },
        { "show platform ipsec workers json", "platform-ipsec-workers.json" },
        { "sh cry sess det", "crypto-session-detail.txt" },
        { "show interface Tunnel13", "interface-tunnel.txt" },
        { "sh int tu21", "interface-tunnel-down.txt" },
        { "show interface tunnel22", "interface-tunnel-shutdown.txt" },
        { "show crypto ikev2 sa json", "crypto-ikev2-sa.json" },
        { "show crypto ipsec sa json", "crypto-ipsec-sa.json" },
        { "show crypto session json", "crypto-session.json" },
        { "show interface Tunnel13 json", "interface-tunnel.json" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fake ios = fake_ipsec(DIALECT_IOS), frr = fake_ipsec(DIALECT_FRR);
        fake_compare(cases[i].line, &ios, cases[i].line, cases[i].file);
        fake_compare(cases[i].line, &frr, cases[i].line, cases[i].file);
    }
}

static void filters_narrow_what_is_shown(void **state)
{
    (void)state;
    struct fake f = fake_ipsec(DIALECT_IOS);
    static const struct {
        const char *name, *line, *has, *lacks;
    } cases[] = {
        { "by interface", "show crypto ipsec sa interface Tunnel20", "interface: Tunnel20",
          "interface: Tunnel13" },
        { "by a short name", "sh cry ips sa int tu13", "interface: Tunnel13", "Tunnel20" },
        { "by peer", "show crypto ipsec sa peer 203.0.113.9", "interface: Tunnel21", "Tunnel13" },
        { "by a peer in JSON", "show crypto ipsec sa peer 2001:db8::2 json", "\"Tunnel20\"",
          "\"Tunnel13\"" },
        { "tunnels that cannot come up are not shown", "show crypto session", "Tunnel21",
          "Tunnel22" },
        { "an unknown interface is refused", "show crypto ipsec sa interface Tunnel99",
          "% There is no tunnel interface Tunnel99\n", "interface: " },
        { "in JSON as well", "show crypto ipsec sa interface Tunnel99 json", "no such tunnel",
          "ipsecSas" },
        { "another interface is shown as before", "show interface eth0", "GigabitEthernet8 is up",
          "Tunnel" },
        { "tunnels among all interfaces have their own layout", "show interfaces",
          "  Tunnel source 192.0.2.1 (GigabitEthernet8), destination 203.0.113.7\n",
          "Tunnel13 is up, line protocol is up \n  Hardware is Ethernet" },
        { "IKEv1 is refused by name", "show crypto isakmp sa", "IKEv1 is not spoken", "READY" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *got = fake_run(&f, cases[i].line, DIALECT_UNKNOWN, NULL);
        CLAIM(cases[i].name, strstr(got, cases[i].has) != NULL);
        CLAIM(cases[i].name, strstr(got, cases[i].lacks) == NULL);
        free(got);
    }
}

/* IOS counts a flow over all its SAs; two flows in one tunnel have nothing but their SAs. */
static void counters_go_on_over_rekeys(void **state)
{
    (void)state;
    static const struct {
        const char *name, *line, *has;
        bool rekeyed, two_flows;
    } cases[] = {
        { "before", "show crypto ipsec sa int tu13", "#pkts encaps: 40907, ", false, false },
        { "after", "show crypto ipsec sa int tu13", "#pkts encaps: 40907, ", true, false },
        { "input", "show crypto ipsec sa int tu13", "#pkts decaps: 51007, ", true, false },
        { "errors", "show crypto ipsec sa int tu13", "#recv errors 3\n", true, false },
        { "the session", "show crypto session detail", "Inbound:  #pkts dec'ed 51007 drop 3 ",
          true, false },
        { "the interface", "show interface tu13",
          "     51007 packets input, 5100700 bytes\n     3 input errors\n"
          "     40907 packets output, 4090700 bytes\n", true, false },
        { "JSON", "show interface tu13 json", "\"packetsIn\":51007", true, false },
        { "another flow beside it", "show crypto ipsec sa int tu13", "#pkts encaps: 900, ", false,
          true },
        { "that one", "show crypto ipsec sa int tu13", "#pkts encaps: 7, ", false, true },
        { "the interface counts both", "show interface tu13", "51007 packets input", false, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fake f = fake_ipsec(DIALECT_IOS);
        if (cases[i].rekeyed)
            children[0] = children[1], children[0].packets_in = children[0].packets_out = 0;
        if (cases[i].two_flows)
            memcpy(children[1].local_ts, "10.9.0.0/16", 12);
        char *got = fake_run(&f, cases[i].line, DIALECT_UNKNOWN, NULL);
        if (!strstr(got, cases[i].has))
            fail_msg("%s: got %s", cases[i].name, got);
        free(got);
    }
}

static void orders_name_connections(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        unsigned orders;
        uint32_t connection;
        enum ctl_ike_order what;
    } cases[] = {
        { "clear crypto ikev2 sa", 1, 0, CTL_IKE_CLEAR },
        { "clear crypto session", 1, 0, CTL_IKE_CLEAR },
        { "cl cry ikev2 sa remote 203.0.113.7", 1, 14, CTL_IKE_CLEAR },
        { "clear crypto ikev2 sa interface tu20", 1, 21, CTL_IKE_CLEAR },
        { "clear crypto session interface Tunnel20", 1, 21, CTL_IKE_CLEAR },
        { "clear crypto ikev2 sa remote 192.0.2.99", 0, 0, CTL_IKE_CLEAR },
        { "clear crypto ipsec sa", 1, 0, CTL_IKE_CLEAR_CHILDREN },
        { "clear crypto sa", 1, 0, CTL_IKE_CLEAR_CHILDREN },
        { "clear crypto sa peer 203.0.113.7", 1, 14, CTL_IKE_CLEAR_CHILDREN },
        { "clear crypto ipsec sa interface Tunnel13", 1, 14, CTL_IKE_CLEAR_CHILDREN },
        { "clear crypto session interface Tunnel22", 0, 0, CTL_IKE_CLEAR },
        { "rekey crypto ikev2 sa", 1, 0, CTL_IKE_REKEY },
        { "rekey crypto ikev2 sa remote 203.0.113.7", 1, 14, CTL_IKE_REKEY },
        { "rekey crypto ipsec sa interface Tunnel13", 1, 14, CTL_IKE_REKEY_CHILDREN },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fake f = fake_ipsec(DIALECT_IOS);
        int status;
        char *got = fake_run(&f, cases[i].line, DIALECT_UNKNOWN, &status);
        CLAIM_TEXT(cases[i].line, got, "");
        CLAIM(cases[i].line, status == 0 && f.ike_orders == cases[i].orders);
        CLAIM(cases[i].line, f.ike_connection == cases[i].connection);
        CLAIM(cases[i].line, f.ike_what == cases[i].what);
        free(got);
    }
}

static void without_ipsec_there_is_a_word(void **state)
{
    (void)state;
    static const struct {
        const char *name, *line, *has;
        bool no_ipsec;
        err_t error;
        int status;
    } cases[] = {
        { "show", "show crypto session", "% no IPsec runs here", true, 0, 1 },
        { "show as JSON", "show crypto ikev2 sa json", "\"error\":\"no IPsec runs", true, 0, 1 },
        { "clear", "clear crypto session", "% no IPsec runs here", true, 0, 1 },
        { "a tunnel is shown all the same", "show interface Tunnel22",
          "Tunnel22 is administratively down", true, 0, 0 },
        { "ike does not answer", "show crypto session", "did not answer in time", false, -ETIMEDOUT,
          1 },
        { "clearing fails", "clear crypto sa", "does not answer", false, -EPIPE, 1 },
        { "nothing to rekey", "rekey crypto ipsec sa", "% There is no SA", false, -ENOENT, 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fake f = fake_ipsec(DIALECT_IOS);
        f.no_ipsec = cases[i].no_ipsec;
        f.error = cases[i].error;
        int status;
        char *got = fake_run(&f, cases[i].line, DIALECT_UNKNOWN, &status);
        CLAIM(cases[i].name, strstr(got, cases[i].has) != NULL);
        CLAIM(cases[i].name, status == cases[i].status);
        free(got);
    }
    struct fake f = fake_ipsec(DIALECT_IOS);
    f.b.ike_query = NULL;
    char *got = fake_run(&f, "show crypto session", DIALECT_UNKNOWN, NULL);
    CLAIM("a backend without IPsec", strstr(got, "no IPsec runs here") != NULL);
    free(got);
}

/* A dialogue: each line finds what the one before left. */
static void debugging_is_switched(void **state)
{
    (void)state;
    static const struct {
        const char *line, *want;
    } lines[] = {
        { "show debugging", "" },
        { "debug crypto ikev2", "IKEv2 default debugging is on: in the log of spanwayd "
                                "(journalctl -u spanway, or its standard error)\n" },
        { "show debugging", "IKEV2:\n  IKEv2 default debugging is on: in the log of spanwayd "
                            "(journalctl -u spanway, or its standard error)\n" },
        { "no debug crypto ikev2", "IKEv2 default debugging is off\n" },
        { "deb cry cond peer ipv4 203.0.113.7", "IKEv2 default debugging is off\n" },
        { "show debugging json", "{\n  \"ikev2\":false,\n  \"peers\":[\n"
                                 "    \"203.0.113.7\"\n  ]\n}\n" },
        { "debug crypto ikev2", "IKEv2 default debugging is on for 203.0.113.7: in the log of "
                                "spanwayd (journalctl -u spanway, or its standard error)\n" },
        { "debug crypto condition reset", "IKEv2 default debugging is on: in the log of spanwayd "
                                          "(journalctl -u spanway, or its standard error)\n" },
        { "deb cry ikev2 peer 192.0.2.9", "IKEv2 default debugging is on for 192.0.2.9: in the "
                                          "log of spanwayd (journalctl -u spanway, or its "
                                          "standard error)\n" },
        { "undebug all", "All possible debugging has been turned off\n" },
        { "show debugging json", "{\n  \"ikev2\":false,\n  \"peers\":[]\n}\n" },
    };
    struct fake f = fake_ipsec(DIALECT_IOS);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        int status;
        char *got = fake_run(&f, lines[i].line, DIALECT_UNKNOWN, &status);
        CLAIM_TEXT(lines[i].line, got, lines[i].want);
        CLAIM(lines[i].line, status == 0);
        free(got);
    }
    f.error = -ENOSPC;
    char *got = fake_run(&f, "debug crypto ikev2 peer 192.0.2.9", DIALECT_UNKNOWN, NULL);
    CLAIM_TEXT("too many", got, "% No more than 16 peers: undebug all\n");
    free(got);
    f.b.ike_debug = NULL;
    got = fake_run(&f, "debug crypto ikev2", DIALECT_UNKNOWN, NULL);
    CLAIM("a backend without IPsec", strstr(got, "no IPsec runs here") != NULL);
    free(got);
}

static void nothing_up_shows_nothing(void **state)
{
    (void)state;
    struct fake f = fake_ipsec(DIALECT_IOS);
    f.n_sas = f.n_children = 0;
    char *got = fake_run(&f, "show crypto ikev2 sa", DIALECT_UNKNOWN, NULL);
    assert_string_equal(got, "");
    free(got);
    got = fake_run(&f, "show crypto session", DIALECT_UNKNOWN, NULL);
    assert_non_null(strstr(got, "Session status: DOWN\n"));
    assert_null(strstr(got, "UP-"));
    free(got);
    got = fake_run(&f, "show crypto ipsec sa interface Tunnel13", DIALECT_UNKNOWN, NULL);
    assert_non_null(strstr(got, "current outbound spi: 0x0(0)\n"));
    free(got);
}

static void names_of_interfaces_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *name;
        bool fits;
    } cases[] = {
        { "Tunnel13", "Tunnel13", true },
        { "tunnel13", "Tunnel13", true },
        { "tu13", "Tunnel13", true },
        { "TU13", "Tunnel13", true },
        { "tu1", "Tunnel13", false },
        { "13", "Tunnel13", false },
        { "tux13", "Tunnel13", false },
        { "Tunnel13x", "Tunnel13", false },
        { "", "Tunnel13", false },
        { "lo", "lo", true },
        { "l", "lo", false },
        { "gi8.714", "GigabitEthernet8.714", true },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CLAIM(cases[i].typed,
              crypto_names_interface(cases[i].typed, cases[i].name) == cases[i].fits);
}

static void selectors_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *address, *mask;
        unsigned protocol, port;
    } cases[] = {
        { "0.0.0.0/0", "0.0.0.0", "0.0.0.0", 0, 0 },
        { "", "0.0.0.0", "0.0.0.0", 0, 0 },
        { "10.1.0.0/16 proto 17 port 500", "10.1.0.0", "255.255.0.0", 17, 500 },
        { "10.0.0.1, 10.2.0.0/16 proto 6", "10.0.0.1", "255.255.255.255", 0, 0 },
        { "10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9", "", 0, 0 },
        { "2001:db8::/32", "2001:DB8::", "32", 0, 0 },
        { "::/0", "::", "0", 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct crypto_ident got = crypto_ident_of(DIALECT_IOS, cases[i].text, IP_V4);
        CLAIM_TEXT(cases[i].text, got.address, cases[i].address);
        CLAIM_TEXT(cases[i].text, got.mask, cases[i].mask);
        CLAIM(cases[i].text, got.protocol == cases[i].protocol && got.port == cases[i].port);
    }
}

/* In the words of the log, for a tunnel that is down. */
static void why_a_tunnel_is_down_is_said(void **state)
{
    (void)state;
    struct fake f = fake_ipsec(DIALECT_IOS);
    static const struct view_ike_failure why = {
        .name = "Tunnel21", .id = "IKE-PSK", .why = "the peer's key is another", .age_s = 7
    };
    static const struct {
        const char *name, *line, *has;
    } cases[] = {
        { "of a session", "show crypto session",
          "Session status: DOWN-NEGOTIATING\n"
          "Last failure: 7 s ago: the peer's key is another [IKE-PSK]\nPeer: 203.0.113.9 " },
        { "of an IKE SA that is not up", "show crypto ikev2 sa",
          "Life/Active Time: 0/3 sec\n"
          "      Last failure: 7 s ago: the peer's key is another [IKE-PSK]\n" },
        { "in detail", "show crypto session detail",
          "Last failure: 7 s ago: the peer's key is another [IKE-PSK]\nPeer: 203.0.113.9 " },
        { "in JSON", "show crypto session json", "\"why\":\"the peer's key is another\"" },
        { "with its id", "show crypto session json", "\"id\":\"IKE-PSK\"" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        f.failure = &why;
        char *got = fake_run(&f, cases[i].line, DIALECT_UNKNOWN, NULL);
        CLAIM(cases[i].name, strstr(got, cases[i].has) != NULL);
        free(got);
        f.failure = NULL;
        got = fake_run(&f, cases[i].line, DIALECT_UNKNOWN, NULL);
        CLAIM(cases[i].name, strstr(got, "ailure") == NULL);
        free(got);
    }
}

/* Its SAs are up, and yet nothing goes by it. */
static void a_tunnel_that_leads_into_itself_is_down(void **state)
{
    (void)state;
    struct fake f = fake_ipsec(DIALECT_IOS);
    static const struct {
        const char *name, *line, *has;
    } cases[] = {
        { "its session", "show crypto session",
          "Session status: DOWN     \n"
          "Held down: recursive routing: the route to its destination 203.0.113.7 leads into the "
          "tunnel itself; give it one by the outer interface [TUN-RECURDOWN]\n" },
        { "in JSON", "show crypto session json", "\"heldDown\":\"recursive routing: " },
        { "its interface", "show interface Tunnel13", "Tunnel is held down: recursive routing" },
        { "its interface in JSON", "show interface Tunnel13 json", "\"recursiveRouting\":true" },
    };
    tunnels[0].is_held = true;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *got = fake_run(&f, cases[i].line, DIALECT_UNKNOWN, NULL);
        if (!strstr(got, cases[i].has))
            fail_msg("%s: got\n%s", cases[i].name, got);
        free(got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(why_a_tunnel_is_down_is_said),
        cmocka_unit_test(a_tunnel_that_leads_into_itself_is_down),
        cmocka_unit_test(layouts_are_those_of_the_files),
        cmocka_unit_test(filters_narrow_what_is_shown),
        cmocka_unit_test(counters_go_on_over_rekeys),
        cmocka_unit_test(orders_name_connections),
        cmocka_unit_test(without_ipsec_there_is_a_word),
        cmocka_unit_test(debugging_is_switched),
        cmocka_unit_test(nothing_up_shows_nothing),
        cmocka_unit_test(names_of_interfaces_are_understood),
        cmocka_unit_test(selectors_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
