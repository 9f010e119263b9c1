/* node/ipsec_build.h: a configuration's tunnels (config.ipsec.tunnels, which the parser resolved
 * and whose faults it has told) as connections of the IKE engine, and the secrets that they need by
 * the names under which the keys process knows them. Pure. Connections, names and identities live
 * in the caller's arena, so the configuration may go first; secrets point into the configuration.
 */
#ifndef NODE_IPSEC_BUILD_H
#define NODE_IPSEC_BUILD_H

#include "base/arena.h"
#include "config/model.h"
#include "ike/config.h"

/* What the keys process must have under one name; NULL: not needed for it. */
struct ipsec_secret {
    const char *name;                                   /* ike_connection.key, trustpoint, ppk_id */
    const struct config_secret *psk_local, *psk_remote; /* of .key */
    const struct config_secret *certificate, *private_key; /* of .key: PEM, by reference */
    const struct config_secret *ca;                        /* of .trustpoint */
    const struct config_secret *ppk;                       /* of .ppk_id */
};

struct ipsec_build {
    struct ike_config config;
    const struct ipsec_secret *secrets; /* each name once */
    uint32_t n_secrets;
};

/* Builds all; false: no memory in the arena, or more than IKE_CONNECTIONS_MAX tunnels. */
must_use bool ipsec_build(const struct config *c, struct arena *a, struct ipsec_build *ret);

/* The tunnel's connection number, the same in every configuration that names it: from the number in
 * "Tunnel13", else from the whole name. Never 0. Two names may come to the same number only when
 * one has no number: ipsec_build() then moves the later one on. */
uint32_t ipsec_connection_id(const char *interface);

#endif
