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

/* What it signs the same octets to with the pre-shared key of a ring; false: it has none. */
static bool sign(struct role_run *r, const char *key, uint8_t ret[32])
{
    static const uint8_t octets[64] = { 1 };
    const struct ike_keys_request q = { .request = 7,
                                        .kind = IKE_KEYS_SIGN,
                                        .auth = IKE_AUTH_PSK,
                                        .key = key,
                                        .prf = CRYPTO_PRF_SHA256,
                                        .octets = { { octets, sizeof(octets) } },
                                        .n_octets = 1 };
    uint8_t bytes[ASK_BYTES_MAX];
    struct wr w = wr_init(bytes, sizeof(bytes));
    ask_encode(&q, &w);
    assert_false(w.bad);
    role_send(&r->other[0], MSG_KEYS_ASK, bytes, wr_len(&w), -1);
    struct ipc_message m = role_next(&r->other[0], MSG_KEYS_ANSWER);
    struct rd rd = rd_init(m.bytes, m.len);
    struct ike_keys_answer a;
    char why[NAME_BYTES_MAX];
    assert_true(answer_decode(&rd, &a, why) && a.request == 7);
    if (a.ok && a.len == 32)
        memcpy(ret, a.data, 32);
    return a.ok;
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
        CLAIM("all are there", sign(&r, "K/P2", of_file) && sign(&r, "K/P3", of_credential) &&
                                   sign(&r, "K/P4", typed));
        CLAIM("the credential is the credential", memcmp(of_credential, typed, 32) == 0);
        CLAIM("the file is the file", memcmp(of_file, typed, 32) != 0);
    }
    CLAIM("an unknown ring signs nothing", !sign(&r, "K/P9", typed));
    assert_int_equal(role_end(&r), EXIT_PEER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_and_a_credential_of_one_name_are_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
