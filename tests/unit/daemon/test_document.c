/* daemon/document.h: what the processes make of the document that they are given. */
#include "daemon/document.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "role.h"

struct seen {
    int calls;
    uint32_t tunnels, secrets;
    char name[32];
    err_t answer;
};

static err_t look(void *owner, const struct config *config, struct ipsec_build *built)
{
    struct seen *s = owner;
    s->calls++;
    s->tunnels = built->config.n;
    s->secrets = built->n_secrets;
    if (built->config.n)
        snprintf(s->name, sizeof(s->name), "%s", built->config.connections[0].name);
    assert_non_null(config_interface_find(config, "Tunnel7"));
    return s->answer;
}

static bool is_closed(int fd)
{
    return fcntl(fd, F_GETFD) < 0 && errno == EBADF;
}

static void tunnels_come_with_the_configuration(void **state)
{
    (void)state;
    size_t before = mem_count(MEM_CONFIG) + mem_count(MEM_BUFFER) + mem_count(MEM_ARENA);
    struct seen s = { 0 };
    int fd = role_document(ROLE_CONFIG, false);
    assert_int_equal(document_use(fd, look, &s), 0);
    CLAIM("once, with its tunnel", s.calls == 1 && s.tunnels == 1 && s.secrets == 1);
    CLAIM_TEXT("by name", s.name, "Tunnel7");
    CLAIM("the descriptor is closed", is_closed(fd));
    s.answer = -ENOSPC;
    assert_int_equal(document_use(role_document(ROLE_CONFIG, false), look, &s), -ENOSPC);
    CLAIM("nothing stays",
          mem_count(MEM_CONFIG) + mem_count(MEM_BUFFER) + mem_count(MEM_ARENA) == before);
}

static void what_is_wrong_is_not_used(void **state)
{
    (void)state;
    struct seen s = { 0 };
    int fd = role_document("interface Tunnel7\n nonsense is not a command\n", false);
    assert_int_equal(document_use(fd, look, &s), -EINVAL);
    CLAIM("faults", s.calls == 0 && is_closed(fd));
    assert_int_equal(ipc_memfd("x", "no document", 11, &fd), 0);
    assert_int_equal(document_use(fd, look, &s), -EPROTO);
    CLAIM("another file", s.calls == 0 && is_closed(fd));
    for (uint64_t n = 1; n <= 3; n++) {
        fd = role_document(ROLE_CONFIG, false);
        mem_fail_at(n);
        CLAIM("no memory", document_use(fd, look, &s) < 0 && s.calls == 0 && is_closed(fd));
        mem_fail_at(0);
    }
}

static void faults_are_told_and_a_configuration_is_given_away(void **state)
{
    (void)state;
    struct diag_list diags = { 0 };
    struct config *config = NULL;
    int fd = role_document("nonsense\n", false);
    assert_int_equal(document_config(fd, &diags, &config), -EINVAL);
    CLAIM("with the fault", diags.errors > 0 && !config);
    assert_int_equal(document_config(role_document(ROLE_CONFIG, false), &diags, &config), 0);
    assert_non_null(config_interface_find(config, "Tunnel7"));
    config_free(config);
    diag_list_done(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tunnels_come_with_the_configuration),
        cmocka_unit_test(what_is_wrong_is_not_used),
        cmocka_unit_test(faults_are_told_and_a_configuration_is_given_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
