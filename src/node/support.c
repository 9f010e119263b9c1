/* What a node asks of a configuration beyond its text. Lines that are known and not done here are
 * rows of the command table (ROW_REFUSED): the parser names them at their own place, and the
 * reference page lists them so. */

#include "node/internal.h"

/* The node takes such a tunnel down, since nothing could come out of it. */
static void check_tunnel(const struct config *c, const struct config_tunnel *t,
                         struct diag_list *diags)
{
    const struct config_interface *i = t->interface;
    if (i->tunnel_via || node_config_way(c, &t->remote) != i)
        return;
    struct diag d = { .severity = DIAG_WARNING, .line = i->at.line, .column = i->at.column };
    DIAG_SET(d.id, "TUN-RECURSION");
    if (i->at.file < c->files.n)
        DIAG_SET(d.file, c->files.v[i->at.file]);
    DIAG_SET(d.what,
             "the tunnel's destination is routed into the tunnel itself: it would stay down");
    DIAG_SET(d.remedy, "add a static route to the destination by the outer interface; the "
                       "provider's BGP address is no tunnel destination");
    diag_add(diags, &d);
}

bool node_config_check(const struct config *config, struct diag_list *diags)
{
    for (uint32_t i = 0; i < config->ipsec.tunnels.n; i++)
        check_tunnel(config, &config->ipsec.tunnels.v[i], diags);
    return policy_build_check(config, diags);
}
