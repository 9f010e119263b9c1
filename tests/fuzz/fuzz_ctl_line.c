/* Any bytes as a command line, against a backend that answers with one record of each kind. What
 * is asked for must be well formed, whatever was typed; what comes out must end in a newline or be
 * empty. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"
#include "fib/view.h"
#include "ike/view.h"
#include "rib/view.h"

struct seen {
    struct ctl_output out;
    char last;
};

static bool write_out(struct ctl_output *out, const char *text, size_t len)
{
    struct seen *s = container_of(out, struct seen, out);
    if (memchr(text, 0, len))
        abort();
    if (len)
        s->last = text[len - 1];
    return true;
}

static err_t query(struct ctl_backend *b, const struct node_query *q, struct view_sink *sink)
{
    static const struct view views[] = {
        { .id = VIEW_ROUTER },    { .id = VIEW_BGP_GLOBAL }, { .id = VIEW_BGP_NEIGHBOR },
        { .id = VIEW_BGP_ROUTE }, { .id = VIEW_FIB_ROUTE },  { .id = VIEW_FIB_NEXTHOP },
        { .id = VIEW_INTERFACE }, { .id = VIEW_MEMORY },     { .id = VIEW_LINE },
        { .id = VIEW_TUNNEL },
    };
    static const union {
        struct view_router router;
        struct view_bgp_neighbor neighbor;
        struct view_bgp_route route;
        struct view_interface interface;
        struct view_line line;
        struct view_tunnel tunnel;
    } zero;
    (void)b;
    if (!memchr(q->name, 0, sizeof(q->name)) ||
        (q->peer.family != IP_NONE && !ip_bytes(q->peer.family)) ||
        q->prefix.len > ip_bits(q->prefix.family))
        abort();
    for (size_t i = 0; i < ARRAY_LEN(views); i++) {
        /* The lists of a kind come with what heads them, as from a node. */
        bool is_router = q->kind == NODE_QUERY_ROUTER;
        if (is_router == (views[i].id == VIEW_ROUTER) && !sink->emit(sink, &views[i], &zero))
            break;
    }
    return 0;
}

static err_t clear(struct ctl_backend *b, const struct ip_addr *peer, uint8_t family,
                   enum node_clear what)
{
    (void)b;
    if ((peer->family != IP_NONE && !ip_bytes(peer->family)) || family > IP_V6 ||
        what > NODE_CLEAR_BOTH)
        abort();
    return 0;
}

/* One SA of each kind, of nobody. */
static err_t ike_query(struct ctl_backend *b, uint32_t connection, struct view_sink *sink)
{
    static const struct view views[] = { { .id = VIEW_IKE_SA }, { .id = VIEW_IKE_CHILD } };
    static const struct view_ike_sa sa;
    static const struct view_ike_child child;
    (void)b;
    (void)connection;
    if (sink->emit(sink, &views[0], &sa))
        (void)sink->emit(sink, &views[1], &child);
    return 0;
}

static err_t ike_order(struct ctl_backend *b, uint32_t connection, enum ctl_ike_order what)
{
    (void)b;
    (void)connection;
    (void)what;
    return 0;
}

static err_t reload(struct ctl_backend *b, struct ctl_output *out)
{
    (void)b;
    (void)out;
    return 0;
}

static err_t ike_debug(struct ctl_backend *b, enum ike_debug_what what, const struct ip_addr *peer,
                       struct view_sink *sink)
{
    (void)b, (void)sink;
    if (what >= IKE_DEBUG_KINDS || (ip_bytes(peer->family) == 0 && peer->family != IP_NONE))
        abort();
    return -ENOSPC;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctl_backend backend = { query, clear, reload, "0", ike_query, ike_order,
                                   ike_debug, NULL };
    char *line = malloc(size + 1);
    if (!line)
        return 0;
    if (size)
        memcpy(line, data, size);
    line[size] = '\0';
    for (int layout = DIALECT_UNKNOWN; layout <= DIALECT_IOS; layout++) {
        struct seen s = { .out = { write_out }, .last = '\n' };
        struct ctl_request request = { .line = line, .layout = (enum dialect)layout };
        int status = ctl_run(&request, &backend, &s.out);
        if ((status != 0 && status != 1) || s.last != '\n')
            abort();
    }
    free(line);
    return 0;
}
