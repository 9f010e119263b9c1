/* Whether two configurations say the same of IKEv2 and IPsec. */
#include "config/crypto_set.h"
#include "config/eq.h"

static bool secret_is(const struct config_secret *a, const struct config_secret *b)
{
    return SAME(kind) && SAME_STR(value);
}

EQ(algorithm_eq, config_algorithm)
{
    return SAME(id) && SAME(bits);
}

EQ(addr_eq, config_addr)
{
    return crypto_addr_eq(a, b);
}

EQ(proposal_eq, config_ikev2_proposal)
{
    return SAME_STR(name) && LIST_EQ(a->encryption, b->encryption, algorithm_eq) &&
           LIST_EQ(a->integrity, b->integrity, algorithm_eq) &&
           LIST_EQ(a->prf, b->prf, algorithm_eq) && LIST_EQ(a->groups, b->groups, algorithm_eq);
}

EQ(policy_eq, config_ikev2_policy)
{
    return SAME_STR(name) && SAME(any_fvrf) && LIST_EQ(a->locals, b->locals, addr_eq) &&
           LIST_EQ(a->proposals, b->proposals, name_eq);
}

EQ(identity_eq, config_identity)
{
    return SAME(kind) && SAME_STR(text) && SAME(domain) && crypto_addr_eq(&a->addr, &b->addr);
}

EQ(peer_eq, config_ikev2_peer)
{
    return SAME_STR(name) && SAME_STR(description) && crypto_addr_eq(&a->address, &b->address) &&
           SAME_STR(hostname) && identity_eq_is(&a->identity, &b->identity) &&
           secret_is(&a->psk[PSK_LOCAL], &b->psk[PSK_LOCAL]) &&
           secret_is(&a->psk[PSK_REMOTE], &b->psk[PSK_REMOTE]) && SAME(psk_both) &&
           SAME_STR(ppk_id) && secret_is(&a->ppk, &b->ppk) && SAME(ppk_required);
}

EQ(keyring_eq, config_ikev2_keyring)
{
    return SAME_STR(name) && LIST_EQ(a->peers, b->peers, peer_eq);
}

EQ(trustpoint_use_eq, config_trustpoint_use)
{
    return SAME_STR(name) && SAME(sign) && SAME(verify);
}

static bool dpd_is(const struct config_dpd *a, const struct config_dpd *b)
{
    return SAME(interval_s) && SAME(retry_s) && SAME(on_demand);
}

EQ(profile_eq, config_ikev2_profile)
{
    return SAME_STR(name) && SAME_STR(description) && LIST_EQ(a->locals, b->locals, addr_eq) &&
           LIST_EQ(a->local_interfaces, b->local_interfaces, name_eq) &&
           LIST_EQ(a->remotes, b->remotes, identity_eq) && SAME(any_fvrf) &&
           identity_eq_is(&a->local, &b->local) && SAME(auth_local) && SAME(auth_remote) &&
           SAME_STR(keyring) && SAME(keyring_local) &&
           LIST_EQ(a->trustpoints, b->trustpoints, trustpoint_use_eq) && SAME(lifetime_s) &&
           dpd_is(&a->dpd, &b->dpd) && SAME(nat_keepalive_s) && SAME(force_encapsulation) &&
           SAME(mobike) && SAME_STR(preset);
}

EQ(transform_set_eq, config_transform_set)
{
    return SAME_STR(name) && algorithm_eq_is(&a->encryption, &b->encryption) &&
           algorithm_eq_is(&a->integrity, &b->integrity) && SAME(esn) && SAME(has_mode) &&
           SAME(transport) && SAME(require);
}

static bool limits_are(const struct config_sa_limits *a, const struct config_sa_limits *b)
{
    return SAME(lifetime_s) && SAME(lifetime_kilobytes) && SAME(no_kilobytes) && SAME(replay) &&
           SAME(window);
}

EQ(ipsec_profile_eq, config_ipsec_profile)
{
    return SAME_STR(name) && SAME_STR(description) &&
           LIST_EQ(a->transform_sets, b->transform_sets, name_eq) && SAME_STR(ikev2_profile) &&
           SAME_STR(isakmp_profile) && SAME(has_pfs) && algorithm_eq_is(&a->pfs, &b->pfs) &&
           limits_are(&a->limits, &b->limits) && SAME(responder_only);
}

EQ(trustpoint_eq, config_trustpoint)
{
    for (size_t i = 0; i < TRUST_COUNT; i++) {
        if (!secret_is(&a->part[i], &b->part[i]))
            return false;
    }
    return SAME_STR(name);
}

static bool global_is(const struct config_crypto_global *a, const struct config_crypto_global *b)
{
    return dpd_is(&a->dpd, &b->dpd) && SAME(nat_keepalive_s) && SAME(fragmentation) &&
           SAME(fragment_bytes) && SAME(has_cookie_challenge) && SAME(cookie_challenge) &&
           SAME(max_sa) && SAME(max_negotiation) && SAME(df) && SAME(kernel) &&
           SAME(workers) && limits_are(&a->limits, &b->limits);
}

bool config_ipsec_eq(const struct config_ipsec *a, const struct config_ipsec *b)
{
    return LIST_EQ(a->proposals, b->proposals, proposal_eq) &&
           LIST_EQ(a->policies, b->policies, policy_eq) &&
           LIST_EQ(a->keyrings, b->keyrings, keyring_eq) &&
           LIST_EQ(a->profiles, b->profiles, profile_eq) &&
           LIST_EQ(a->transform_sets, b->transform_sets, transform_set_eq) &&
           LIST_EQ(a->ipsec_profiles, b->ipsec_profiles, ipsec_profile_eq) &&
           LIST_EQ(a->trustpoints, b->trustpoints, trustpoint_eq) &&
           global_is(&a->global, &b->global);
}

static bool words_eq(const void *a, const void *b)
{
    return config_words_eq(a, b);
}

bool config_words_eq(const struct config_words *a, const struct config_words *b)
{
    return LIST_EQ(a->words, b->words, name_eq) && SAME(secret);
}

bool config_crypto_eq(const struct config_crypto *a, const struct config_crypto *b)
{
    return SAME(kind) && SAME_STR(name) && config_words_eq(&a->head, &b->head) &&
           LIST_EQ(a->lines, b->lines, words_eq);
}
