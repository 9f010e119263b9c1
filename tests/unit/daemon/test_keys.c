/* daemon/keys.c: the process as it runs, asked by ike. */
#include <sys/mman.h>

#include "role.h"

/* A file that priv opened for it. */
static void give_file(struct role_run *r, bool is_credential, const char *name, const char *text)
{
    uint8_t bytes[64];
    struct wr w = wr_init(bytes, sizeof(bytes));
    int fd = memfd_create("test", MFD_CLOEXEC);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    wr_u8(&w, is_credential);
    put_text(&w, name);
    role_send(&r->priv, MSG_KEYS_FILE, bytes, wr_len(&w), fd);
}

#define TUNNEL(n)                                                                                  \
    "crypto ikev2 profile I" n "\n match identity remote address 127.0.0." n " 255.255.255.255\n"  \
    " authentication local pre-share\n authentication remote pre-share\n keyring local K\n"        \
    "crypto ipsec profile E" n "\n set ikev2-profile I" n "\n"                                     \
    "interface Tunnel" n "\n ip address 10.9." n ".1 255.255.255.252\n tunnel source 127.0.0.1\n"  \
    " tunnel mode ipsec ipv4\n tunnel destination 127.0.0." n "\n"                                 \
    " tunnel protection ipsec profile E" n "\n"

static void a_file_and_a_credential_of_one_name_are_two(void **state)
{
    (void)state;
    static const enum role others[] = { ROLE_IKE };
    static const char config[] = "crypto ikev2 keyring K\n"
                                 " peer P2\n  address 127.0.0.2\n  pre-shared-key file psk\n"
                                 " peer P3\n  address 127.0.0.3\n  pre-shared-key credential psk\n"
                                 " peer P4\n  address 127.0.0.4\n  pre-shared-key " ROLE_PSK
                                 "\n" TUNNEL("2") TUNNEL("3") TUNNEL("4");
    uint8_t of_file[32], of_credential[32], typed[32];
    struct role_run r;
    role_start(&r, ROLE_KEYS, keys_main, others, 1);
    for (int turn = 0; turn < 2; turn++) { /* in whatever order they come */
        give_file(&r, turn == 0, "psk", turn == 0 ? ROLE_PSK "\n" : "of the file");
        give_file(&r, turn == 1, "psk", turn == 1 ? ROLE_PSK "\n" : "of the file");
        role_send(&r.priv, MSG_KEYS_CONFIG, NULL, 0, role_document(config, false));
        CLAIM("all are there", role_sign(&r, "K/P2", of_file) &&
                                   role_sign(&r, "K/P3", of_credential) &&
                                   role_sign(&r, "K/P4", typed));
        CLAIM("the credential is the credential", memcmp(of_credential, typed, 32) == 0);
        CLAIM("the file is the file", memcmp(of_file, typed, 32) != 0);
    }
    CLAIM("an unknown ring signs nothing", !role_sign(&r, "K/P9", typed));
    assert_int_equal(role_end(&r), EXIT_PEER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_and_a_credential_of_one_name_are_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
