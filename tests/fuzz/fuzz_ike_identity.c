/* Identities: any text of any kind, and any bytes as a peer's. What text makes is what its text
 * makes again; an identity matches itself; nothing unprintable comes out. */
#include <stdlib.h>
#include <string.h>

#include "ike/identity.h"

static const enum ike_id_type types[] = {
    IKE_ID_IPV4, IKE_ID_FQDN, IKE_ID_RFC822, IKE_ID_IPV6, IKE_ID_DN, IKE_ID_DER_GN, IKE_ID_KEY_ID,
};

static void check_printable(const struct ike_id *id)
{
    static char s[8192];
    struct text t = text_init(s, sizeof(s));
    text_ike_id(&t, id);
    if (t.cut)
        abort();
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)s[i] < ' ' || (unsigned char)s[i] >= 0x7f)
            abort();
}

static void check_text(enum ike_id_type type, const char *text)
{
    struct ike_id id, again;
    const char *why = NULL;
    char s[2048];
    struct text t = text_init(s, sizeof(s));
    if (!ike_id_parse(type, text, &id, &why)) {
        if (!why)
            abort();
        return;
    }
    if (id.type != type || id.len == 0 || id.len > IKE_ID_MAX)
        abort();
    check_printable(&id);
    text_ike_id(&t, &id);
    if (strstr(s, "\\x")) /* such escapes are for the eye */
        return;
    if (type == IKE_ID_KEY_ID)
        return; /* bytes that are no text come as hexadecimal */
    if (!ike_id_parse(type, s, &again, &why) || !ike_id_eq(&id, &again))
        abort();
}

static void check_bytes(enum ike_id_type type, const uint8_t *bytes, size_t n,
                        const struct ike_id *pattern)
{
    struct ike_id id;
    struct diag d = { 0 };
    const struct ike_id_payload p = { .type = (uint8_t)type, .data = { bytes, n } };
    if (!ike_id_decode(&p, &id, &d)) {
        if (!d.what[0])
            abort();
        return;
    }
    check_printable(&id);
    if (!ike_id_eq(&id, &id) || (!memchr(bytes, '*', n) && !ike_id_matches(&id, &id)))
        abort();
    (void)!ike_id_matches(pattern, &id);
    (void)!ike_id_matches(&id, pattern);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 600)
        return 0;
    enum ike_id_type type = types[data[0] % ARRAY_LEN(types)];
    struct ike_id pattern;
    const char *why;
    char *text = calloc(1, size);
    uint8_t *bytes = calloc(1, size);
    if (!ike_id_parse(IKE_ID_DN, "C=CH, O=*, CN=gw", &pattern, &why))
        abort();
    if (text && bytes) {
        memcpy(text, data + 1, size - 1);
        memcpy(bytes, data + 1, size - 1);
        check_text(type, text);
        uint8_t *exact = calloc(1, size > 1 ? size - 1 : 1);
        if (exact) {
            memcpy(exact, bytes, size - 1);
            check_bytes(type, exact, size - 1, &pattern);
        }
        free(exact);
    }
    free(text);
    free(bytes);
    return 0;
}
