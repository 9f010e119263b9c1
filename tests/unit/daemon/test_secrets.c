/* Keys on all their ways through the daemon (conf to keys, keys to ike, ike to data): no block of
 * memory goes back to the heap with a key in it. The program is linked so that free() and realloc()
 * come by here first, also when the processes call them. */
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "role.h"

#define CHILD_KEY "the-keys-of-a-CHILD-SA-36-bytes-long"
#define FILE_PSK "a-key-that-stands-in-a-file-of-its-own"

/* Of these no trace may be in memory that is given back. */
static const char *const needles[] = { ROLE_PSK, CHILD_KEY, FILE_PSK };

void __real_free(void *p);
void *__real_realloc(void *p, size_t n);
void __wrap_free(void *p);
void *__wrap_realloc(void *p, size_t n);

static void search(void *p)
{
    size_t n = p ? malloc_usable_size(p) : 0;
    for (size_t i = 0; i < ARRAY_LEN(needles); i++) {
        /* Half of it is more than enough to guess the rest. */
        if (!n || !memmem(p, n, needles[i], strlen(needles[i]) / 2))
            continue;
        static const char said[] = "a key is in memory that is freed: ";
        (void)!write(2, said, sizeof(said) - 1);
        (void)!write(2, needles[i], strlen(needles[i]));
        (void)!write(2, "\n", 1);
        abort();
    }
}

void __wrap_free(void *p)
{
    search(p);
    __real_free(p);
}

/* What moves leaves its old bytes behind. */
void *__wrap_realloc(void *p, size_t n)
{
    search(p);
    return __real_realloc(p, n);
}

/* ---- channels ---------------------------------------------------------------------------------
 */

enum { A, B, BLOB = 0, KINDS };

static const struct ipc_kind kinds[KINDS] = { { "blob", A, B, false, IPC_MESSAGE_MAX } };

static bool has_key(const struct ipc *c)
{
    return memmem(c->buffer, IPC_MESSAGE_MAX, CHILD_KEY, strlen(CHILD_KEY)) != NULL;
}

static void messages_leave_nothing(void **state)
{
    (void)state;
    static uint8_t blob[IPC_MESSAGE_MAX];
    struct ipc a, b;
    struct ipc_message m;
    int fds[2];
    assert_int_equal(ipc_pair(fds), 0);
    assert_true(ipc_init(&a, fds[0], A, B) == 0 && ipc_init(&b, fds[1], B, A) == 0);
    ipc_table(&a, kinds, KINDS);
    ipc_table(&b, kinds, KINDS);
    memcpy(blob + sizeof(blob) - 100, CHILD_KEY, strlen(CHILD_KEY));
    while (a.queued_bytes < 8 * sizeof(blob))
        assert_int_equal(ipc_send(&a, BLOB, blob, sizeof(blob), -1), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(ipc_receive(&b, &m), 0);
        CLAIM("it is there to be read", m.len == sizeof(blob) && has_key(&b));
        err_t rc = ipc_flush(&a); /* frees what went */
        assert_true(rc == 0 || rc == -EAGAIN);
    }
    while (ipc_receive(&b, &m) == 0)
        ;
    CLAIM("no more than until the next receive", !has_key(&b));
    while (a.queued_bytes < 8 * sizeof(blob))
        assert_int_equal(ipc_send(&a, BLOB, blob, sizeof(blob), -1), 0);
    assert_int_equal(ipc_flush(&a), -EAGAIN);
    ipc_done(&a); /* frees what waits */
    assert_int_equal(ipc_receive(&b, &m), 0);
    ipc_done(&b); /* frees what was received last */
    int fd;
    uint8_t *bytes;
    size_t n;
    assert_int_equal(ipc_memfd("t", blob, sizeof(blob), &fd), 0);
    assert_int_equal(ipc_memfd_read(fd, sizeof(blob), &bytes, &n), 0);
    mem_free(MEM_BUFFER, bytes, n);
    close(fd);
}

/* ---- processes --------------------------------------------------------------------------------
 */

static int text_file(const char *text)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

/* A configuration with much before and behind its key: the text grows while it is read, and the
 * document is more than a message. */
static char *long_config(const char *config)
{
    enum { LINES = 8000, ROOM = 400 * 1024 };
    char *text = malloc(ROOM);
    assert_non_null(text);
    size_t n = (size_t)snprintf(text, ROOM, "version 17.3\nhostname test\n%s", config);
    for (int i = 0; i < LINES; i++)
        n += (size_t)snprintf(text + n, ROOM - n, "! line %d of nothing at all\n", i);
    assert_true(n < ROOM);
    return text;
}

/* The reader: what it is given, what it hands on with keys, what it hands on without. */
static void conf_forgets(void **state)
{
    (void)state;
    struct role_run r;
    role_start(&r, ROLE_CONF, conf_main, NULL, 0);
    char *text = long_config(ROLE_CONFIG);
    uint8_t name[32];
    struct wr w = wr_init(name, sizeof(name));
    put_text(&w, "test.cfg");
    role_send(&r.priv, MSG_CONF_FILE, name, wr_len(&w), text_file(text));
    role_send(&r.priv, MSG_CONF_RUN, NULL, 0, -1);
    explicit_bzero(text, strlen(text));
    free(text);
    struct ipc_message m = role_next(&r.priv, MSG_CONF_SECRETS);
    close(m.fd);
    m = role_next(&r.priv, MSG_CONF_DOCUMENT);
    struct document d;
    assert_int_equal(document_read(m.fd, &d), 0);
    CLAIM("what others get has no key", !memmem(d.bytes, d.len, ROLE_PSK, strlen(ROLE_PSK)));
    document_done(&d);
    close(m.fd);
    assert_int_equal(role_end(&r), 0);
}

/* The keeper: two configurations one after the other, and its end. */
static void keys_forgets(void **state)
{
    (void)state;
    static const enum role others[] = { ROLE_IKE };
    struct role_run r;
    role_start(&r, ROLE_KEYS, keys_main, others, 1);
    for (int i = 0; i < 2; i++) {
        uint8_t name[64];
        struct wr w = wr_init(name, sizeof(name));
        wr_u8(&w, false);
        put_text(&w, "/run/psk");
        role_send(&r.priv, MSG_KEYS_FILE, name, wr_len(&w), text_file(FILE_PSK "\n"));
        char *text = long_config(i ? ROLE_CONFIG : ROLE_CONFIG_WITH("file /run/psk"));
        role_send(&r.priv, MSG_KEYS_CONFIG, NULL, 0, role_document(text, false));
        explicit_bzero(text, strlen(text));
        free(text);
        uint8_t signature[32];
        assert_true(role_sign(&r, "K/P", signature));
    }
    assert_int_equal(role_end(&r), EXIT_PEER);
}

/* The user: SAs come, are replaced and go. */
static void data_forgets(void **state)
{
    (void)state;
    static const enum role others[] = { ROLE_IKE };
    struct role_run r;
    role_start(&r, ROLE_DATA, data_main, others, 1);
    role_send(&r.priv, MSG_DATA_CONFIG, NULL, 0,
              role_document(ROLE_CONFIG_WITH("<removed>"), true));
    (void)role_next(&r.priv, MSG_PRIV_TUN);
    for (uint32_t id = 1; id <= 20; id++) {
        uint8_t bytes[CHILD_BYTES_MAX];
        struct esp_child c = { .id = id,
                               .connection = ROLE_CONNECTION,
                               .spi_in = 0x1000 + id,
                               .spi_out = 0x2000 + id,
                               .encr = CRYPTO_AES_GCM_16,
                               .encr_bits = 256,
                               .window = ESP_WINDOW_DEFAULT };
        assert_true(ip_parse("127.0.0.1", &c.path.local) && ip_parse("127.0.0.2", &c.path.remote));
        memcpy(c.key_in, CHILD_KEY, 36);
        memcpy(c.key_out, CHILD_KEY, 36);
        struct wr w = wr_init(bytes, sizeof(bytes));
        child_encode(&c, &w);
        assert_false(w.bad);
        role_send(&r.other[0], MSG_CHILD_ADD, bytes, wr_len(&w), -1);
        w = wr_init(bytes, sizeof(bytes));
        wr_u32(&w, id);
        role_send(&r.other[0], MSG_CHILD_OUT, bytes, wr_len(&w), -1);
        if (id % 2)
            role_send(&r.other[0], MSG_CHILD_REMOVE, bytes, wr_len(&w), -1);
    }
    assert_int_equal(role_end(&r), EXIT_PEER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_leave_nothing),
        cmocka_unit_test(conf_forgets),
        cmocka_unit_test(keys_forgets),
        cmocka_unit_test(data_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
