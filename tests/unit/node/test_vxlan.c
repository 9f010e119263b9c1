/* Which VXLAN devices a node asks for, and when. */
#include "../unit.h"

#include "pair.h"

#define HEAD "frr version 8.3.1\n"
#define DEVICE "interface vxlan0\n ip address 169.254.0.1/24\n vxlan id 77 remote 10.100.0.4"

/* What the node wants of VXLAN and of that device, in its order. */
static const char *wants(struct node *n)
{
    static char buf[2048];
    struct text t = text_init(buf, sizeof(buf));
    struct node_action a;
    while (node_next(n, &a)) {
        const struct node_vxlan *v = &a.vxlan;
        if (a.kind == NODE_VXLAN && a.on) {
            text_str(&t, "+");
            text_str(&t, a.interface);
            text_char(&t, ' ');
            text_u64(&t, v->vni);
            text_char(&t, ' ');
            text_ip(&t, &v->remote);
            text_char(&t, ' ');
            text_ip(&t, &v->local);
            text_char(&t, ' ');
            text_u64(&t, v->port);
            text_str(&t, " mtu ");
            text_u64(&t, v->mtu);
            text_str(&t, v->device[0] ? " on " : "");
            text_str(&t, v->device);
            text_str(&t, "; ");
        } else if (a.kind == NODE_VXLAN) {
            text_str(&t, a.interface[0] ? "-" : "settled; ");
            text_str(&t, a.interface);
            text_str(&t, a.interface[0] ? "; " : "");
        } else if (a.kind == NODE_ADDRESS || a.kind == NODE_LINK_UP) {
            text_str(&t, a.kind == NODE_ADDRESS ? "address " : a.on ? "up " : "down ");
            text_str(&t, a.interface);
            text_str(&t, "; ");
        } else if (a.kind == NODE_LOG && strstr(a.text, "event=waiting")) {
            text_str(&t, "waits; ");
        }
    }
    return buf;
}

static void configure(struct node *n, const char *text)
{
    struct diag_list diags = { 0 };
    struct config *c = pair_config(text, &diags);
    assert_non_null(c);
    assert_true(node_configure(n, 0, c, &diags));
    diag_list_done(&diags);
}

static void link_is(struct node *n, uint32_t index, const char *name)
{
    struct fib_interface i = { .index = index, .admin_up = true, .running = true, .mtu = 1450 };
    memcpy(i.name, name, strlen(name) + 1);
    node_link(n, 0, &i);
}

static struct node *new_node(void)
{
    const struct node_params params = { .name = "n", .shards = 1, .max_routes = 100, .seed = 1 };
    struct node *n = node_new(&params);
    assert_non_null(n);
    return n;
}

static void devices_are_asked_for_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *want;
    } steps[] = {
        { "the first configuration settles what was left", HEAD DEVICE "\n",
          "+vxlan0 77 10.100.0.4 - 4789 mtu 1450; settled; " },
        { "the same again", HEAD DEVICE "\n", "+vxlan0 77 10.100.0.4 - 4789 mtu 1450; " },
        { "an MTU that is said", HEAD DEVICE "\n mtu 1400\n",
          "+vxlan0 77 10.100.0.4 - 4789 mtu 1400; " },
        { "what changes goes first", HEAD DEVICE " local 10.0.0.4 dstport 8472\n",
          "-vxlan0; +vxlan0 77 10.100.0.4 10.0.0.4 8472 mtu 1450; " },
        { "on a device the kernel knows the MTU", HEAD DEVICE " dev eth0\n",
          "-vxlan0; +vxlan0 77 10.100.0.4 - 4789 mtu 0 on eth0; " },
        { "IPv6 outside", HEAD "interface vxlan0\n vxlan id 77 remote 2001:db8::4\n",
          "-vxlan0; +vxlan0 77 2001:db8::4 - 4789 mtu 1430; " },
        { "another name, the same id", HEAD "interface vxlan1\n vxlan id 77 remote 10.100.0.4\n",
          "-vxlan0; +vxlan1 77 10.100.0.4 - 4789 mtu 1450; " },
        { "without the line", HEAD "interface vxlan1\n", "-vxlan1; " },
        { "nothing left", HEAD, "" },
    };
    struct node *n = new_node();
    link_is(n, 2, "eth0");
    (void)wants(n);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        configure(n, steps[i].text);
        CLAIM_TEXT(steps[i].name, wants(n), steps[i].want);
    }
    node_free(n);
}

static void links_come_and_go(void **state)
{
    (void)state;
    struct node *n = new_node();
    configure(n, HEAD DEVICE " dev eth0\n");
    CLAIM_TEXT("without its carrier it waits", wants(n), "waits; settled; ");
    link_is(n, 2, "eth0");
    CLAIM_TEXT("until that comes", wants(n), "+vxlan0 77 10.100.0.4 - 4789 mtu 0 on eth0; ");
    link_is(n, 3, "vxlan0");
    CLAIM_TEXT("the device gets its address, and up", wants(n), "address vxlan0; up vxlan0; ");
    link_is(n, 3, "vxlan0");
    CLAIM_TEXT("once", wants(n), "");
    node_link_gone(n, 0, 3);
    CLAIM_TEXT("removed by others it is asked for again", wants(n),
               "+vxlan0 77 10.100.0.4 - 4789 mtu 0 on eth0; ");
    node_link_gone(n, 0, 9);
    CLAIM_TEXT("what nobody knew is nothing to us", wants(n), "");
    configure(n, HEAD DEVICE "\n shutdown\n");
    link_is(n, 4, "vxlan0");
    CLAIM_TEXT("shut down it is there, and down", wants(n),
               "-vxlan0; +vxlan0 77 10.100.0.4 - 4789 mtu 1450; address vxlan0; down vxlan0; ");
    node_free(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_are_asked_for_in_order),
        cmocka_unit_test(links_come_and_go),
    };
    return cmocka_run_group_tests_name("node/vxlan", tests, NULL, NULL);
}
