/* `show crypto ikev2 sa [detailed]`. The number of a tunnel is its place in the list. */
#include <stdio.h>
#include <string.h>

#include "ctl/crypto.h"

/* The states of IOS; ours are finer. */
static const char *status_of(const struct view_ike_sa *sa)
{
    if (sa->up)
        return "READY";
    if (strcmp(sa->state, "REPLACED") == 0 || strcmp(sa->state, "DELETE") == 0)
        return "DELETE";
    return strcmp(sa->state, "REKEY-COLLISION") == 0 ? "REKEY" : "IN-NEG";
}

static const char *description_of(const struct view_ike_sa *sa)
{
    if (sa->up)
        return "Negotiation done";
    if (strcmp(sa->state, "INIT-SENT") == 0)
        return "Initiator waiting for INIT response";
    if (strcmp(sa->state, "INIT-ANSWERED") == 0)
        return "Responder waiting for AUTH message";
    if (strcmp(sa->state, "AUTH") == 0)
        return "Initiator waiting for AUTH response";
    return strcmp(sa->state, "REKEY-COLLISION") == 0 ? "Rekey in progress" : "Deleting IKE SA";
}

static void put_suite(struct render *r, const struct crypto_facts *f, const struct view_ike_sa *sa)
{
    const struct view_tunnel *t = crypto_tunnel_of(f, sa->name);
    if (sa->encr == 0) {
        render_str(r, "      Encr: Unknown - 0, PRF: Unknown - 0, Hash: None, DH Grp:0, "
                      "Auth sign: Unknown - 0, Auth verify: Unknown - 0\n");
        return;
    }
    render_f(r, "      Encr: %s, keysize: %u, PRF: %s, Hash: %s, DH Grp:%u, ",
             crypto_encr_name(sa->encr), crypto_encr_bits(sa->encr, sa->encr_bits),
             crypto_prf_name(sa->prf), crypto_hash_name(sa->integ), sa->group);
    if (sa->connection == 0) /* a responder that does not know yet who asks */
        render_str(r, "Auth sign: Unknown - 0, Auth verify: Unknown - 0\n");
    else
        render_f(r, "Auth sign: %s, Auth verify: %s\n", crypto_auth_name(t, true, sa->local_cert),
                 crypto_auth_name(t, false, sa->remote_cert));
}

static void put_ids(struct render *r, const char *what, unsigned local, unsigned remote)
{
    char left[32], right[32];
    snprintf(left, sizeof(left), "Local %s:", what);
    snprintf(right, sizeof(right), "Remote %s:", what);
    render_f(r, "      %-18s %-14u %-19s %-10u\n", left, local, right, remote);
}

static const char *nat_text(const struct view_ike_sa *sa)
{
    if (sa->nat_here && sa->nat_there)
        return "detected inside and outside";
    return sa->nat_here ? "detected inside" : sa->nat_there ? "detected outside" : "not detected";
}

static void put_detail(struct render *r, const struct view_ike_sa *sa, size_t number)
{
    char spi[2][17] = { "", "" };
    const char *from[2] = { sa->initiator ? sa->spi_i : sa->spi_r,
                            sa->initiator ? sa->spi_r : sa->spi_i };
    for (unsigned side = 0; side < 2; side++)
        for (size_t i = 0; i < 16 && from[side][i]; i++)
            spi[side][i] = (char)(from[side][i] >= 'a' ? from[side][i] - 32 : from[side][i]);
    render_f(r, "      CE id: 0, Session-id: %zu\n", number);
    render_f(r, "      Status Description: %s\n", description_of(sa));
    render_f(r, "      Local spi: %s       Remote spi: %s\n", spi[0], spi[1]);
    render_f(r, "      Local id: %s\n      Remote id: %s\n", sa->local_id, sa->remote_id);
    put_ids(r, "req msg id", sa->next_id, sa->expected_id);
    put_ids(r, "next msg id", sa->next_id, sa->expected_id);
    put_ids(r, "req queued", sa->next_id, sa->expected_id);
    put_ids(r, "window", 1, 1); /* RFC 7296 2.3: one request at a time */
    render_f(r, "      DPD configured for %u seconds, retry %u\n", sa->dpd_interval_s,
             sa->dpd_retry_s);
    if (sa->fragment_bytes)
        render_f(r,
                 "      IETF Std Fragmentation  enabled.\n"
                 "      IETF Std Fragmentation MTU in use: %u bytes.\n",
                 sa->fragment_bytes);
    else
        render_str(r, "      Fragmentation not  configured.\n");
    render_f(r,
             "      Dynamic Route Update: disabled\n"
             "      Extended Authentication not configured.\n"
             "      NAT-T is %s  \n"
             "      Cisco Trust Security SGT is disabled\n"
             "      Initiator of SA : %s\n",
             nat_text(sa), sa->initiator ? "Yes" : "No");
}

static void put_sa(struct render *r, const struct crypto_facts *f, size_t i, bool detail)
{
    const struct view_ike_sa *sa = crypto_sa(f, i);
    char ip[2][IP_TEXT_MAX], end[2][IP_TEXT_MAX + 8];
    render_ip_text(DIALECT_IOS, &sa->local, ip[0]);
    render_ip_text(DIALECT_IOS, &sa->remote, ip[1]);
    snprintf(end[0], sizeof(end[0]), "%s/%u", ip[0], sa->local_port);
    snprintf(end[1], sizeof(end[1]), "%s/%u", ip[1], sa->remote_port);
    if (sa->remote.family == IP_V6)
        render_f(r,
                 "Tunnel-id    fvrf/ivrf              Status \n"
                 "%-12zu %-22s %-7s\n"
                 "Local  %-45s\n"
                 "Remote %-45s\n",
                 i + 1, "none/none", status_of(sa), end[0], end[1]);
    else
        render_f(r,
                 "Tunnel-id Local                 Remote                fvrf/ivrf            "
                 "Status \n"
                 "%-9zu %-21s %-21s %-20s %-7s\n",
                 i + 1, end[0], end[1], "none/none", status_of(sa));
    put_suite(r, f, sa);
    render_f(r, "      Life/Active Time: %u/%u sec\n", sa->life_s, sa->age_s);
    const struct view_ike_failure *why = sa->up ? NULL : crypto_failure_of(f, sa->name);
    if (why)
        render_f(r, "      Last failure: %u s ago: %s [%s]\n", why->age_s, why->why, why->id);
    if (detail)
        put_detail(r, sa, i + 1);
    render_str(r, "\n");
}

void crypto_put_ike_sas(struct render *r, const struct crypto_facts *f, bool detail)
{
    static const char *const heads[] = { " IPv4 Crypto IKEv2  SA \n\n",
                                         " IPv6 Crypto IKEv2  SA \n\n" };
    for (unsigned v6 = 0; v6 < 2 && f->sas.n > 0; v6++) {
        render_str(r, heads[v6]);
        for (size_t i = 0; i < f->sas.n; i++)
            if ((crypto_sa(f, i)->remote.family == IP_V6) == (v6 == 1))
                put_sa(r, f, i, detail);
    }
}
