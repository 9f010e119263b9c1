/* Key log lines as Wireshark reads them: ikev2_decryption_table and esp_sa of its profile folder.
 * Secret; the engine writes them only where the operator switched the key log on. */
#include "base/wr.h"
#include "ike/keymat.h"

struct wireshark_name {
    uint16_t id, key_bits;
    const char *ike, *esp;
};

/* packet-isakmp.c and packet-ipsec.c name them so. */
static const struct wireshark_name encrs[] = {
    { CRYPTO_AES_CBC, 128, "AES-CBC-128 [RFC3602]", "AES-CBC [RFC3602]" },
    { CRYPTO_AES_CBC, 192, "AES-CBC-192 [RFC3602]", "AES-CBC [RFC3602]" },
    { CRYPTO_AES_CBC, 256, "AES-CBC-256 [RFC3602]", "AES-CBC [RFC3602]" },
    { CRYPTO_AES_GCM_16, 128, "AES-GCM-128 with 16 octet ICV [RFC5282]",
      "AES-GCM with 16 octet ICV [RFC4106]" },
    { CRYPTO_AES_GCM_16, 192, "AES-GCM-192 with 16 octet ICV [RFC5282]",
      "AES-GCM with 16 octet ICV [RFC4106]" },
    { CRYPTO_AES_GCM_16, 256, "AES-GCM-256 with 16 octet ICV [RFC5282]",
      "AES-GCM with 16 octet ICV [RFC4106]" },
    { CRYPTO_CHACHA20_POLY1305, 0, "CHACHA20-POLY1305 [RFC7634]",
      "ChaCha20 with Poly1305 [RFC7634]" },
};

static const struct wireshark_name integs[] = {
    { CRYPTO_INTEG_NONE, 0, "NONE [RFC4306]", "NULL" },
    { CRYPTO_SHA1_96, 0, "HMAC_SHA1_96 [RFC2404]", "HMAC-SHA-1-96 [RFC2404]" },
    { CRYPTO_SHA256_128, 0, "HMAC_SHA2_256_128 [RFC4868]", "HMAC-SHA-256-128 [RFC4868]" },
    { CRYPTO_SHA384_192, 0, "HMAC_SHA2_384_192 [RFC4868]", "HMAC-SHA-384-192 [RFC4868]" },
    { CRYPTO_SHA512_256, 0, "HMAC_SHA2_512_256 [RFC4868]", "HMAC-SHA-512-256 [RFC4868]" },
};

static const struct wireshark_name *row(const struct wireshark_name *rows, size_t n, uint16_t id,
                                        uint16_t key_bits)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].id == id && rows[i].key_bits == key_bits)
            return &rows[i];
    return NULL;
}

static void text_spi64(struct text *t, uint64_t spi)
{
    uint8_t bytes[8];
    struct wr w = wr_init(bytes, sizeof(bytes));
    wr_u64(&w, spi);
    text_hex(t, bytes, sizeof(bytes));
}

/* ,"name",hex,hex */
static void text_keys(struct text *t, const uint8_t *a, const uint8_t *b, size_t n)
{
    text_char(t, ',');
    text_hex(t, a, n);
    text_char(t, ',');
    text_hex(t, b, n);
}

static void text_name(struct text *t, const char *name)
{
    text_str(t, ",\"");
    text_str(t, name);
    text_char(t, '"');
}

void text_ike_key_log(struct text *t, const struct ike_suite *suite, uint64_t spi_i, uint64_t spi_r,
                      const struct ike_keys *keys)
{
    const struct wireshark_name *encr = row(encrs, ARRAY_LEN(encrs), suite->encr, suite->encr_bits);
    const struct wireshark_name *integ = row(integs, ARRAY_LEN(integs), suite->integ, 0);
    assert(encr && integ);
    text_spi64(t, spi_i);
    text_char(t, ',');
    text_spi64(t, spi_r);
    text_keys(t, keys->ei, keys->er, keys->encr_len);
    text_name(t, encr->ike);
    text_keys(t, keys->ai, keys->ar, keys->integ_len);
    text_name(t, integ->ike);
}

/* "protocol","from","to","SPI","encryption","0xkey","authentication","0xkey" */
void text_ike_esp_key_log(struct text *t, const struct esp_child *child, bool inbound)
{
    const struct crypto_encr_alg *alg = crypto_encr_alg(child->encr, child->encr_bits);
    const struct wireshark_name *encr = row(encrs, ARRAY_LEN(encrs), child->encr, child->encr_bits);
    const struct wireshark_name *integ = row(integs, ARRAY_LEN(integs), child->integ, 0);
    const struct crypto_integ_alg *integ_alg = child->integ ? crypto_integ_alg(child->integ) : NULL;
    if (!alg || !encr || !integ) /* the simulator's NULL */
        return;
    const struct ip_addr *from = inbound ? &child->path.remote : &child->path.local;
    const struct ip_addr *to = inbound ? &child->path.local : &child->path.remote;
    struct rd r = rd_init(inbound ? child->key_in : child->key_out, ESP_KEY_MAX);
    size_t encr_bytes = (size_t)alg->key_bytes + alg->salt_bytes;
    uint8_t spi[4];
    struct wr w = wr_init(spi, sizeof(spi));
    wr_u32(&w, inbound ? child->spi_in : child->spi_out);
    text_str(t, from->family == IP_V6 ? "\"IPv6\"" : "\"IPv4\"");
    text_str(t, ",\"");
    text_ip(t, from);
    text_str(t, "\",\"");
    text_ip(t, to);
    text_str(t, "\",\"0x");
    text_hex(t, spi, sizeof(spi));
    text_char(t, '"');
    text_name(t, encr->esp);
    text_str(t, ",\"0x");
    text_hex(t, rd_bytes(&r, encr_bytes), encr_bytes);
    text_char(t, '"');
    text_name(t, integ->esp);
    text_str(t, ",\"");
    if (integ_alg) {
        text_str(t, "0x");
        text_hex(t, rd_bytes(&r, integ_alg->key_bytes), integ_alg->key_bytes);
    }
    text_char(t, '"');
}
