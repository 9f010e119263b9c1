/* Files in memory for the tests of the planner. */
#ifndef TEST_PLAN_LIB_H
#define TEST_PLAN_LIB_H

#include <errno.h>
#include <string.h>

#include "../unit.h"
#include "base/base.h"
#include "plan/write.h"

enum { LIB_FILES_MAX = 4 };

struct lib_source {
    struct topo_source source;
    const char *names[LIB_FILES_MAX];
    const char *texts[LIB_FILES_MAX];
};

static inline err_t lib_read(struct topo_source *s, const char *path, size_t max,
                             struct arena *arena, const char **ret_text, size_t *ret_len)
{
    struct lib_source *x = container_of(s, struct lib_source, source);
    (void)max;
    (void)arena;
    for (size_t i = 0; i < LIB_FILES_MAX && x->names[i]; i++) {
        if (strcmp(x->names[i], path) == 0) {
            *ret_text = x->texts[i];
            *ret_len = strlen(x->texts[i]);
            return 0;
        }
    }
    return -ENOENT;
}

/* Networks that the cases are made of. */
#define LIB_AZURE "  az: {provider: azure, region: japaneast, address_space: [10.2.0.0/16]}\n"
#define LIB_AWS                                                                                    \
    "  am: {provider: aws, region: ap-northeast-1, address_space: [172.24.0.0/24, "                \
    "172.24.1.0/24]}\n"
#define LIB_TGW                                                                                    \
    "  am: {provider: aws, region: ap-northeast-1, gateway: tgw, address_space: "                  \
    "[172.24.0.0/16]}\n"
#define LIB_GCP "  go: {provider: gcp, region: asia-east2, address_space: [10.101.0.0/24]}\n"
#define LIB_SORACOM "  so: {provider: soracom, address_space: [10.128.0.0/16]}\n"
#define LIB_SITE1                                                                                  \
    "  tokyo: {provider: site, public_addresses: [203.0.113.1], address_space: "                   \
    "[10.100.10.0/24]}\n"
#define LIB_SITE2                                                                                  \
    "  tokyo: {provider: site, public_addresses: [203.0.113.1, 203.0.113.5], address_space: "      \
    "[10.100.10.0/24]}\n"

#endif
