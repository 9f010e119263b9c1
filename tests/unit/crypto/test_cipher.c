/* Packets sealed and opened: published vectors, both implementations against each other over every
 * algorithm and size, and what becomes of packets that are not authentic. */
#include "crypto/cipher.h"

#include "base/mem.h"
#include "base/rng.h"
#include "crypto/random.h"
#include "hex.h"

enum { ROOM = 9600, HEADER = 8 };

static uint8_t *at_data(const struct cipher *c, uint8_t *packet, size_t header)
{
    return packet + header + cipher_iv_bytes(c);
}

/* ---- published vectors ---- */

/* [RFC 4106] by draft-mcgrew-gcm-test-01 4; [RFC 7634 A]. A header of 24 digits is SPI, high and
 * low half of the sequence number. */
static const struct {
    const char *name;
    enum crypto_encr id;
    uint16_t bits;
    const char *key, *nonce, *aad, *text, *sealed;
} aead_cases[] = {
    { "GCM 128, ESN", CRYPTO_AES_GCM_16, 128, "4c80cdefbb5d10da906ac73c3613a634",
      "2e443b684956ed7e3b244cfe", "000043218765432100000000",
      "45000048699a000080114db7c0a80102c0a801010a9bf15638d3010000010000"
      "00000000045f736970045f756470037369700963796265726369747902646b00"
      "0021000101020201",
      "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34"
      "cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5ff6247aeabb786b93bce"
      "61bc17d768fd9732459018148f6cbe722fd04796562dfdb4" },
    { "GCM 128", CRYPTO_AES_GCM_16, 128, "feffe9928665731c6d6a8f9467308308",
      "cafebabefacedbaddecaf888", "0000a5f80000000a",
      "4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d00100"
      "0001000000000000037369700963796265726369747902646b00000100010001",
      "deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c"
      "3de81827c10e9a4f51330d0eec416642cfbb85a5b47e48a4ec3b9ba95d918bd1"
      "83b70d3aa8bc6ee4c309e9d85a41ad4a" },
    { "GCM 192", CRYPTO_AES_GCM_16, 192, "feffe9928665731c6d6a8f9467308308feffe9928665731c",
      "cafebabefacedbaddecaf888", "0000a5f80000000a",
      "45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e"
      "501016d075680001",
      "a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0"
      "315b27452144cc7795457b9652037f5318027b5b4cd7a636" },
    { "GCM 256", CRYPTO_AES_GCM_16, 256,
      "abbccddef00112233445566778899aababbccddef00112233445566778899aab",
      "112233440102030405060708", "4a2cbfe300000002",
      "4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee000000000"
      "7002400020bf0000020405b40101040201020201",
      "ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763"
      "748a637985771d347f0545659f14e99def842d8eb335f4eecfdbf831824b4c49"
      "15956c96" },
    { "GCM 128, four bytes", CRYPTO_AES_GCM_16, 128, "7d773d00c144c525ac619d18c84a3f47",
      "d966426743457e9182443bc6", "335467aeffffffff", "01020201",
      "437f866bcb3f699fe9b0822bac961c4504bef270" },
    { "GCM 256, ESN", CRYPTO_AES_GCM_16, 256,
      "6c6567616c697a656d6172696a75616e61616e64646f69746265666f72656961",
      "7475726e333021696765746d", "796b6963ffffffffffffffff",
      "45000030da3a00008001df3bc0a80005c0a800010800c6cd0200070061626364"
      "65666768696a6b6c6d6e6f707172737401020201",
      "f97ab2aa356d8edce17644ac8c78e25dd24dedbb29ebf1b64a274b39b49c3a86"
      "4cd3d78ca4ae68a32b42458fb57dbe821dcc63b9d0937ba2945f669368661a32"
      "9fb4c053" },
    { "ChaCha20-Poly1305", CRYPTO_CHACHA20_POLY1305, 0,
      "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
      "a0a1a2a31011121314151617", "0102030400000005",
      "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec10"
      "0007362708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223"
      "2425262728292a2b2c2d2e2f303132333435363701020204",
      "24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c6"
      "14ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9befe2facc638e8f3"
      "cbec163fac469b502773f6fb94e664da9165b82829f641e076aaa8266b7fb0f7"
      "b11b369907e1ad43" },
};

struct aead_bytes {
    uint8_t key[64], aad[12], text[256], want[256];
    size_t key_n, nonce_n, aad_n, text_n, want_n;
};

static struct aead_bytes bytes_of(size_t i)
{
    struct aead_bytes b;
    b.key_n = hex_bytes(aead_cases[i].key, b.key, sizeof(b.key));
    b.nonce_n = hex_bytes(aead_cases[i].nonce, b.key + b.key_n, sizeof(b.key) - b.key_n);
    b.aad_n = hex_bytes(aead_cases[i].aad, b.aad, sizeof(b.aad));
    b.text_n = hex_bytes(aead_cases[i].text, b.text, sizeof(b.text));
    b.want_n = hex_bytes(aead_cases[i].sealed, b.want, sizeof(b.want));
    return b;
}

/* SPI, low half, IV; the job knows the high half. */
static struct cipher_job esp_job(const struct aead_bytes *b, uint8_t *packet)
{
    struct cipher_job j = { .packet = packet,
                            .header_len = HEADER,
                            .data_len = (uint32_t)b->text_n };
    memcpy(packet, b->aad, 4);
    memcpy(packet + 4, b->aad + b->aad_n - 4, 4);
    memcpy(packet + HEADER, b->key + b->key_n + 4, 8);
    if (b->aad_n == 12) {
        j.has_esn = true;
        j.esn_high = (uint32_t)b->aad[4] << 24 | (uint32_t)b->aad[5] << 16 |
                     (uint32_t)b->aad[6] << 8 | b->aad[7];
    }
    return j;
}

static void aead_vector(size_t i, struct cipher_engine *engine)
{
    struct aead_bytes b = bytes_of(i);
    uint8_t packet[512], text[256];
    const char *name = aead_cases[i].name;
    struct cipher_params p = { .encr =
                                   crypto_encr_alg((uint16_t)aead_cases[i].id, aead_cases[i].bits),
                               .key = b.key,
                               .engine = engine,
                               .seals = true };
    struct cipher *sealer = cipher_new(&p);
    p.seals = false;
    struct cipher *opener = cipher_new(&p);
    CLAIM(name, sealer && opener);
    struct cipher_job j = esp_job(&b, packet);
    j.text = b.text;
    cipher_seal(sealer, &j, 1);
    CLAIM(name, j.ok);
    claim_hex(name, at_data(sealer, packet, HEADER), b.want_n, aead_cases[i].sealed);
    j.text = text;
    cipher_open(opener, &j, 1);
    CLAIM(name, j.ok && memcmp(text, b.text, b.text_n) == 0);
    cipher_free(sealer);
    cipher_free(opener);
}

static void aead_vectors(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(aead_cases); i++) {
        aead_vector(i, NULL);
        aead_vector(i, *state);
    }
}

/* [RFC 3602 4]: cases 1 and 2, and NIST's for the longer keys. */
static const struct {
    const char *name;
    uint16_t bits;
    const char *key, *iv, *text, *want;
} cbc_cases[] = {
    { "RFC 3602 case 1", 128, "06a9214036b8a15b512e03d534120006",
      "3dafba429d9eb430b422da802c9fac41", "53696e676c6520626c6f636b206d7367",
      "e353779c1079aeb82708942dbe77181a" },
    { "RFC 3602 case 2", 128, "c286696d887c9aa0611bbb3e2025a45a",
      "562e17996d093d28ddb3ba695a2e6f58",
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
      "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1" },
    { "SP 800-38A F.2.3", 192, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
      "000102030405060708090a0b0c0d0e0f", "6bc1bee22e409f96e93d7e117393172a",
      "4f021db243bc633d7178183a9fa071e8" },
    { "SP 800-38A F.2.5", 256, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
      "000102030405060708090a0b0c0d0e0f", "6bc1bee22e409f96e93d7e117393172a",
      "f58c4c04d6e5f1ba779eabfb5f7bfbd6" },
};

static void cbc_vectors(void **state)
{
    static const uint8_t integ_key[64];
    for (size_t i = 0; i < 2 * ARRAY_LEN(cbc_cases); i++) {
        uint8_t key[32], packet[128], text[64];
        const char *name = cbc_cases[i / 2].name;
        hex_bytes(cbc_cases[i / 2].key, key, sizeof(key));
        struct cipher *c = cipher_new(
            &(struct cipher_params){ .encr = crypto_encr_alg(CRYPTO_AES_CBC, cbc_cases[i / 2].bits),
                                     .integ = crypto_integ_alg(CRYPTO_SHA256_128),
                                     .key = key,
                                     .integ_key = integ_key,
                                     .engine = i % 2 ? *state : NULL,
                                     .seals = true });
        CLAIM(name, c);
        memset(packet, 0, sizeof(packet));
        hex_bytes(cbc_cases[i / 2].iv, packet + HEADER, 16);
        size_t n = hex_bytes(cbc_cases[i / 2].text, text, sizeof(text));
        struct cipher_job j = {
            .packet = packet, .header_len = HEADER, .data_len = (uint32_t)n, .text = text
        };
        cipher_seal(c, &j, 1);
        CLAIM(name, j.ok);
        claim_hex(name, at_data(c, packet, HEADER), n, cbc_cases[i / 2].want);
        cipher_free(c);
    }
}

/* [RFC 2404 5] by RFC 2202 3; [RFC 4868 2.7.2]: AUTH cases 1, whose key has the hash's length. */
static void integrity_vectors(void **state)
{
    (void)state;
    static const struct {
        enum crypto_integ id;
        const char *want;
    } cases[] = {
        { CRYPTO_SHA1_96, "b617318655057264e28bc0b6" },
        { CRYPTO_SHA256_128, "198a607eb44bfbc69903a0f1cf2bbdc5" },
        { CRYPTO_SHA384_192, "b6a8d5636f5c6a7224f9977dcf7ee6c7fb6d0c48cbdee973" },
        { CRYPTO_SHA512_256, "637edc6e01dce7e6742a99451aae82df23da3e92439e590e43e761b33e910fb8" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t key[64], packet[64];
        memset(key, 0x0b, sizeof(key));
        struct cipher *c =
            cipher_new(&(struct cipher_params){ .encr = crypto_encr_alg(CRYPTO_ENCR_NULL, 0),
                                                .integ = crypto_integ_alg((uint16_t)cases[i].id),
                                                .integ_key = key,
                                                .seals = true });
        assert_non_null(c);
        memcpy(packet, "Hi There", 8);
        struct cipher_job j = { .packet = packet, .data_len = 8, .text = packet };
        cipher_seal(c, &j, 1);
        CLAIM(cases[i].want, j.ok);
        claim_hex(cases[i].want, packet + 8, cipher_icv_bytes(c), cases[i].want);
        cipher_free(c);
    }
}

/* ---- both implementations, every algorithm ---- */

struct suite {
    const struct crypto_encr_alg *encr;
    const struct crypto_integ_alg *integ;
};

/* The i-th pair of algorithms; false: there are no more. */
static bool suite_at(size_t i, struct suite *ret)
{
    size_t n_encr, n_integ;
    const struct crypto_encr_alg *encr = crypto_encr_algs(&n_encr);
    const struct crypto_integ_alg *integ = crypto_integ_algs(&n_integ);
    for (size_t e = 0; e < n_encr; e++) {
        size_t ways = encr[e].icv_bytes ? 1 : n_integ;
        if (i < ways) {
            *ret = (struct suite){ &encr[e], encr[e].icv_bytes ? NULL : &integ[i] };
            return true;
        }
        i -= ways;
    }
    if (i > n_integ)
        return false;
    *ret = (struct suite){ crypto_encr_alg(CRYPTO_ENCR_NULL, 0), i < n_integ ? &integ[i] : NULL };
    return true;
}

struct pair {
    struct cipher *seal_a, *seal_b, *open_a, *open_b; /* a: libcrypto; b: with the engine */
    const char *name;
};

static struct pair pair_of(const struct suite *s, struct cipher_engine *engine)
{
    struct pair p = { .name = s->encr->swan };
    uint8_t key[CRYPTO_KEY_MAX], integ_key[CRYPTO_KEY_MAX];
    struct rng rng = rng_init(s->encr->key_bits);
    for (size_t i = 0; i < CRYPTO_KEY_MAX; i++) {
        key[i] = (uint8_t)rng_u64(&rng);
        integ_key[i] = (uint8_t)rng_u64(&rng);
    }
    struct cipher_params params = {
        .encr = s->encr, .integ = s->integ, .key = key, .integ_key = integ_key, .seals = true
    };
    p.seal_a = cipher_new(&params);
    params.engine = engine;
    p.seal_b = cipher_new(&params);
    params.seals = false;
    p.open_b = cipher_new(&params);
    params.portable = true;
    p.open_a = cipher_new(&params);
    memset(key, 0, sizeof(key));
    memset(integ_key, 0, sizeof(integ_key)); /* keys are copied */
    CLAIM(p.name, p.seal_a && p.seal_b && p.open_a && p.open_b);
    return p;
}

static void free_pair(struct pair *p)
{
    cipher_free(p->seal_a);
    cipher_free(p->seal_b);
    cipher_free(p->open_a);
    cipher_free(p->open_b);
}

static uint8_t packets_a[CIPHER_BATCH_MAX][ROOM], packets_b[CIPHER_BATCH_MAX][ROOM];
static uint8_t texts[CIPHER_BATCH_MAX][ROOM], opened[CIPHER_BATCH_MAX][ROOM];

/* Seals a batch both ways, compares every byte, opens each with the other. */
static void check_batch(const struct pair *p, const struct cipher_job *plan, size_t n)
{
    struct cipher_job a[CIPHER_BATCH_MAX], b[CIPHER_BATCH_MAX];
    for (size_t i = 0; i < n; i++) {
        memset(packets_a[i], 0x5a, sizeof(packets_a[i]));
        for (size_t k = 0; k < plan[i].header_len + 16u; k++)
            packets_a[i][k] = (uint8_t)(k * 7 + i);
        memcpy(packets_b[i], packets_a[i], sizeof(packets_a[i]));
        a[i] = b[i] = plan[i];
        a[i].packet = packets_a[i];
        b[i].packet = packets_b[i];
        a[i].text = texts[i];
        b[i].text = at_data(p->seal_b, packets_b[i], plan[i].header_len); /* in place */
        memcpy(b[i].text, texts[i], plan[i].data_len);
    }
    cipher_seal(p->seal_a, a, n);
    cipher_seal(p->seal_b, b, n);
    for (size_t i = 0; i < n; i++) {
        CLAIM(p->name, a[i].ok && b[i].ok);
        if (memcmp(packets_a[i], packets_b[i], ROOM) != 0)
            fail_msg("%s: %u bytes, %zu of %zu: the implementations differ", p->name,
                     plan[i].data_len, i, n);
        a[i].text = at_data(p->seal_a, packets_a[i], plan[i].header_len);
        b[i].text = opened[i];
        memset(opened[i], 0, plan[i].data_len);
    }
    cipher_open(p->open_b, a, n);
    cipher_open(p->open_a, b, n);
    for (size_t i = 0; i < n; i++) {
        CLAIM(p->name, a[i].ok && b[i].ok);
        CLAIM(p->name, memcmp(a[i].text, texts[i], plan[i].data_len) == 0);
        CLAIM(p->name, memcmp(opened[i], texts[i], plan[i].data_len) == 0);
    }
}

static void fill_texts(void)
{
    struct rng rng = rng_init(1);
    for (size_t i = 0; i < CIPHER_BATCH_MAX; i++)
        for (size_t k = 0; k < ROOM; k += 8) {
            uint64_t v = rng_u64(&rng);
            memcpy(texts[i] + k, &v, 8);
        }
}

/* Sizes from..to in steps, gathered in batches of changing length. */
static void check_sizes(const struct pair *p, uint32_t from, uint32_t to, uint32_t step)
{
    struct cipher_job plan[CIPHER_BATCH_MAX];
    static const size_t batches[] = { 1, 3, 8, 17, 32, 64, 5, 63 };
    size_t n = 0, turn = 0;
    uint32_t block = (uint32_t)cipher_block_bytes(p->seal_a);
    for (uint32_t size = from; size <= to; size += step) {
        for (int esn = 0; esn < 2; esn++) {
            plan[n++] = (struct cipher_job){ .header_len = HEADER,
                                             .data_len = size / block * block,
                                             .has_esn = esn,
                                             .esn_high = size * 3 };
            if (n == batches[turn % ARRAY_LEN(batches)]) {
                check_batch(p, plan, n);
                n = 0;
                turn++;
            }
        }
    }
    check_batch(p, plan, n);
}

static void both_give_equal_bytes(void **state)
{
    struct suite s;
    fill_texts();
    for (size_t i = 0; suite_at(i, &s); i++) {
        struct pair p = pair_of(&s, *state);
        check_sizes(&p, 0, 300, 1);
        check_sizes(&p, 1400, 9000, 131);
        check_sizes(&p, 1424, 1472, 1);
        free_pair(&p);
    }
}

/* IKE's Encrypted payload: the header is as long as the message before it. */
static void long_headers(void **state)
{
    struct suite s;
    fill_texts();
    for (size_t i = 0; suite_at(i, &s); i++) {
        struct pair p = pair_of(&s, *state);
        struct cipher_job plan[16];
        for (uint32_t k = 0; k < 16; k++)
            plan[k] = (struct cipher_job){ .header_len = 28 + k * 37, .data_len = k * 48 };
        check_batch(&p, plan, 16);
        free_pair(&p);
    }
}

/* ---- what is not authentic ---- */

/* Flips one bit of every byte of a packet in turn, and cuts nothing out of `text`. */
static void check_flips(const struct suite *s, struct cipher *sealer, struct cipher *opener)
{
    uint8_t good[256], bad[256], text[96];
    uint32_t n = 64;
    for (size_t k = 0; k < sizeof(good); k++)
        good[k] = (uint8_t)k;
    struct cipher_job j = { .packet = good, .header_len = HEADER, .data_len = n, .has_esn = true };
    j.text = at_data(sealer, good, HEADER);
    cipher_seal(sealer, &j, 1);
    size_t total = HEADER + cipher_iv_bytes(sealer) + n + cipher_icv_bytes(sealer);
    struct cipher_job jobs[8];
    for (size_t at = 0; at < total; at++) {
        memcpy(bad, good, sizeof(bad));
        bad[at] ^= (uint8_t)(1 << at % 8);
        memset(text, 0x77, sizeof(text));
        jobs[0] = j;
        jobs[0].packet = bad;
        jobs[0].text = text;
        cipher_open(opener, jobs, 1);
        CLAIM(s->encr->swan, !jobs[0].ok);
        for (size_t k = 0; k < sizeof(text); k++)
            CLAIM(s->encr->swan, text[k] == 0x77);
    }
    memcpy(bad, good, sizeof(bad));
    jobs[0] = j;
    jobs[0].packet = bad;
    jobs[0].text = text;
    jobs[0].esn_high ^= 1;
    cipher_open(opener, jobs, 1);
    CLAIM(s->encr->swan, !jobs[0].ok);
}

static void a_flipped_bit_is_found(void **state)
{
    struct suite s;
    for (size_t i = 0; suite_at(i, &s); i++) {
        if (!s.integ && !s.encr->icv_bytes)
            continue;
        struct pair p = pair_of(&s, *state);
        check_flips(&s, p.seal_a, p.open_a);
        check_flips(&s, p.seal_b, p.open_b);
        free_pair(&p);
    }
}

/* Bad packets among good ones: the good come out, the bad are zeros (AEAD) or as they came (HMAC),
 * also in place. */
static void bad_among_good(void **state)
{
    struct suite s;
    fill_texts();
    for (size_t i = 0; suite_at(i, &s); i++) {
        if (!s.integ && !s.encr->icv_bytes)
            continue;
        struct pair p = pair_of(&s, *state);
        for (int fast = 0; fast < 2; fast++) {
            struct cipher_job jobs[32];
            for (size_t k = 0; k < 32; k++) {
                uint8_t *data = at_data(p.seal_a, packets_a[k], HEADER);
                memset(packets_a[k], (int)k, HEADER + 16);
                jobs[k] = (struct cipher_job){
                    .packet = packets_a[k], .header_len = HEADER, .data_len = 1408, .text = data
                };
                memcpy(data, texts[k], 1408);
            }
            cipher_seal(fast ? p.seal_b : p.seal_a, jobs, 32);
            for (size_t k = 0; k < 32; k += 3)
                jobs[k].packet[700] ^= 0x10;
            memcpy(packets_b, packets_a, sizeof(packets_a));
            cipher_open(fast ? p.open_b : p.open_a, jobs, 32);
            for (size_t k = 0; k < 32; k++) {
                CLAIM(p.name, jobs[k].ok == (k % 3 != 0));
                if (k % 3)
                    CLAIM(p.name, memcmp(jobs[k].text, texts[k], 1408) == 0);
                else if (s.integ)
                    CLAIM(p.name, memcmp(packets_a[k], packets_b[k], ROOM) == 0);
                else
                    for (size_t b = 0; b < 1408; b++)
                        CLAIM(p.name, jobs[k].text[b] == 0);
            }
        }
        free_pair(&p);
    }
}

static void wrong_lengths_are_refused(void **state)
{
    static const struct {
        const char *name;
        struct cipher_job job;
    } cases[] = {
        { "not whole blocks", { .header_len = HEADER, .data_len = 17 } },
        { "longer than a packet", { .header_len = HEADER, .data_len = CIPHER_PACKET_MAX } },
        { "lengths that overflow", { .header_len = UINT32_MAX, .data_len = 16 } },
        { "data that overflows", { .header_len = HEADER, .data_len = UINT32_MAX - 15 } },
        { "ESN without an ESP header", { .header_len = 28, .data_len = 16, .has_esn = true } },
    };
    struct suite s = { crypto_encr_alg(CRYPTO_AES_CBC, 128), crypto_integ_alg(CRYPTO_SHA1_96) };
    struct pair p = pair_of(&s, *state);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct cipher_job jobs[2] = { cases[i].job, { .header_len = HEADER, .data_len = 16 } };
        for (size_t k = 0; k < 2; k++) {
            jobs[k].packet = packets_a[k];
            jobs[k].text = texts[k];
            jobs[k].ok = true;
        }
        cipher_seal(i % 2 ? p.seal_a : p.seal_b, jobs, 2);
        CLAIM(cases[i].name, !jobs[0].ok && jobs[1].ok);
        jobs[0].ok = true;
        cipher_open(i % 2 ? p.open_a : p.open_b, jobs, 2);
        CLAIM(cases[i].name, !jobs[0].ok && jobs[1].ok);
    }
    cipher_seal(p.seal_a, NULL, 0);
    free_pair(&p);
}

/* The longest packet of all goes through both. */
static void the_longest_packet(void **state)
{
    static uint8_t packet[2][CIPHER_PACKET_MAX + CRYPTO_ICV_MAX], text[CIPHER_PACKET_MAX];
    struct suite s;
    for (size_t i = 0; suite_at(i, &s); i++) {
        struct pair p = pair_of(&s, *state);
        uint32_t block = (uint32_t)cipher_block_bytes(p.seal_a);
        uint32_t n = CIPHER_PACKET_MAX - HEADER - (uint32_t)cipher_iv_bytes(p.seal_a);
        struct cipher_job j[2];
        for (int k = 0; k < 2; k++) {
            memset(packet[k], 1, sizeof(packet[k]));
            j[k] = (struct cipher_job){ .packet = packet[k],
                                        .header_len = HEADER,
                                        .text = text,
                                        .data_len = n / block * block,
                                        .has_esn = true };
            cipher_seal(k ? p.seal_b : p.seal_a, &j[k], 1);
            CLAIM(p.name, j[k].ok);
        }
        CLAIM(p.name, memcmp(packet[0], packet[1], sizeof(packet[0])) == 0);
        cipher_open(p.open_b, &j[0], 1);
        CLAIM(p.name, j[0].ok);
        free_pair(&p);
    }
}

static void no_memory(void **state)
{
    static const uint8_t key[CRYPTO_KEY_MAX];
    size_t before = mem_count(MEM_CRYPTO);
    struct cipher_params params = {
        .encr = crypto_encr_alg(CRYPTO_AES_GCM_16, 256), .key = key, .engine = *state, .seals = true
    };
    mem_fail_at(1);
    assert_null(cipher_new(&params));
    mem_fail_at(1);
    assert_null(cipher_engine_new());
    mem_fail_at(0);
    cipher_free(NULL);
    cipher_engine_free(NULL);
    assert_int_equal(mem_count(MEM_CRYPTO), before);
}

static int start_engine(void **state)
{
    *state = cipher_engine_new();
    if (!*state)
        print_message("the fast implementation is not here: libcrypto is compared with itself\n");
    return 0;
}

static int stop_engine(void **state)
{
    cipher_engine_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aead_vectors),       cmocka_unit_test(cbc_vectors),
        cmocka_unit_test(integrity_vectors),  cmocka_unit_test(both_give_equal_bytes),
        cmocka_unit_test(long_headers),       cmocka_unit_test(a_flipped_bit_is_found),
        cmocka_unit_test(bad_among_good),     cmocka_unit_test(wrong_lengths_are_refused),
        cmocka_unit_test(the_longest_packet), cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, start_engine, stop_engine);
}
