/* Proposals: what is offered, chosen, refused, and how the refusal reads. */
#include "ike/proposal.h"

#include "ike_lib.h"

/* The three providers and what we would configure against them. */
static const struct ike_proposal azure_default = {
    .encr = { { CRYPTO_AES_CBC, 256 } },
    .n_encr = 1,
    .integ = { CRYPTO_SHA1_96, CRYPTO_SHA256_128 },
    .n_integ = 2,
    .group = { CRYPTO_MODP_1024 },
    .n_group = 1,
};
static const struct ike_proposal cbc_2048 = {
    .encr = { { CRYPTO_AES_CBC, 256 }, { CRYPTO_AES_CBC, 128 } },
    .n_encr = 2,
    .integ = { CRYPTO_SHA256_128 },
    .n_integ = 1,
    .group = { CRYPTO_MODP_2048, CRYPTO_ECP_256 },
    .n_group = 2,
};
static const struct ike_proposal gcm = {
    .encr = { { CRYPTO_AES_GCM_16, 256 }, { CRYPTO_CHACHA20_POLY1305, 0 } },
    .n_encr = 2,
    .prf = { CRYPTO_PRF_SHA384 },
    .n_prf = 1,
    .group = { CRYPTO_ECP_384, CRYPTO_X25519 },
    .n_group = 2,
};
static const struct ike_proposal mixed = {
    .encr = { { CRYPTO_AES_GCM_16, 128 }, { CRYPTO_AES_CBC, 128 } },
    .n_encr = 2,
    .integ = { CRYPTO_SHA256_128 },
    .n_integ = 1,
    .group = { CRYPTO_MODP_2048 },
    .n_group = 1,
};

static const char *text_of(const struct ike_offer *offer, char s[1024])
{
    struct text t = text_init(s, 1024);
    text_ike_offer(&t, offer);
    return s;
}

static void test_what_is_offered(void **state)
{
    (void)state;
    const struct ike_proposal child_esn = { .encr = { { CRYPTO_AES_GCM_16, 256 } },
                                            .n_encr = 1,
                                            .group = { CRYPTO_MODP_2048 },
                                            .n_group = 1,
                                            .esn = true,
                                            .no_esn = true };
    const struct ike_proposal no_integrity = { .encr = { { CRYPTO_AES_CBC, 256 } }, .n_encr = 1 };
    const struct ike_proposal no_cipher = {
        .encr = { { CRYPTO_ENCR_NULL, 0 } }, .n_encr = 1, .integ = { CRYPTO_SHA1_96 }, .n_integ = 1
    };
    const struct {
        const char *name;
        struct ike_wish wish;
        const char *want;
    } cases[] = {
        { "the PRF goes with the integrity",
          { &azure_default, 1, IKE_PROTO_IKE, false, false, 0 },
          "AES-CBC-256/PRF-HMAC-SHA1|PRF-HMAC-SHA2-256/HMAC-SHA1-96|HMAC-SHA2-256-128/MODP_1024" },
        { "an AEAD has no integrity",
          { &gcm, 1, IKE_PROTO_IKE, false, false, 0 },
          "AES-GCM-16-256|CHACHA20-POLY1305/PRF-HMAC-SHA2-384/ECP_384|CURVE_25519" },
        { "AEADs and others never share a proposal",
          { &mixed, 1, IKE_PROTO_IKE, false, false, 0 },
          "AES-GCM-16-128/PRF-HMAC-SHA2-256|PRF-HMAC-SHA2-384|PRF-HMAC-SHA2-512/MODP_2048, "
          "AES-CBC-128/PRF-HMAC-SHA2-256/HMAC-SHA2-256-128/MODP_2048" },
        { "ESP says whether it uses ESN",
          { &cbc_2048, 1, IKE_PROTO_ESP, false, false, 0 },
          "AES-CBC-256|AES-CBC-128/HMAC-SHA2-256-128/MODP_2048|ECP_256/no ESN" },
        { "IKE_AUTH offers no group",
          { &child_esn, 1, IKE_PROTO_ESP, true, false, 0 },
          "AES-GCM-16-256/ESN|no ESN" },
        { "nothing is offered without integrity",
          { &no_integrity, 1, IKE_PROTO_ESP, true, false, 0 },
          "" },
        { "nor without encryption", { &no_cipher, 1, IKE_PROTO_ESP, true, false, 0 }, "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ike_offer offer;
        char s[1024];
        ike_offer_make(&cases[i].wish, NULL, 0, &offer);
        CLAIM_TEXT(cases[i].name, text_of(&offer, s), cases[i].want);
    }
}

static void test_offer_round_trip(void **state)
{
    (void)state;
    const struct ike_proposal ours[] = { azure_default, cbc_2048, gcm, mixed };
    const struct ike_wish wish = { ours, 4, IKE_PROTO_ESP, false, false, 0 };
    struct ike_offer offer, again;
    struct diag d;
    uint8_t bytes[2048], second[2048];
    ike_offer_make(&wish, (const uint8_t *)"\1\2\3\4", 4, &offer);
    assert_int_equal(offer.n_proposals, 5);
    struct wr w = wr_init(bytes, sizeof(bytes));
    ike_offer_encode(&offer, &w);
    assert_false(w.bad);
    assert_true(ike_offer_decode(&(struct crypto_part){ bytes, wr_len(&w) }, &again, &d));
    assert_int_equal(again.n_transforms, offer.n_transforms);
    assert_memory_equal(again.transforms, offer.transforms,
                        offer.n_transforms * sizeof(offer.transforms[0]));
    assert_int_equal(again.proposals[4].number, 5);
    assert_memory_equal(again.proposals[4].spi, "\1\2\3\4", 4);
    struct wr w2 = wr_init(second, sizeof(second));
    ike_offer_encode(&again, &w2);
    assert_int_equal(wr_len(&w2), wr_len(&w));
    assert_memory_equal(second, bytes, wr_len(&w));
    for (size_t n = 0; n < wr_len(&w); n++) { /* cut anywhere */
        uint8_t *cut = malloc(n + 1);
        assert_non_null(cut);
        memcpy(cut, bytes, n);
        assert_false(ike_offer_decode(&(struct crypto_part){ cut, n }, &again, &d));
        free(cut);
    }
}

/* What one says and the other answers. */
static const struct choice_case {
    const char *name;
    const struct ike_proposal *ours;
    const struct ike_proposal *theirs;
    enum ike_protocol protocol;
    bool without_dh, prefer_ours;
    uint16_t ke_group;
    const char *want; /* the suite; NULL: nothing fits */
    const char *what, *remedy;
} choice_cases[] = {
    { "equal proposals", &gcm, &gcm, IKE_PROTO_IKE, false, false, 0,
      "AES-GCM-16-256/PRF-HMAC-SHA2-384/ECP_384", NULL, NULL },
    { "the KE payload's group wins where both have it", &gcm, &gcm, IKE_PROTO_IKE, false, false,
      CRYPTO_X25519, "AES-GCM-16-256/PRF-HMAC-SHA2-384/CURVE_25519", NULL, NULL },
    { "the peer's order decides", &mixed,
      &(const struct ike_proposal){ .encr = { { CRYPTO_AES_CBC, 128 }, { CRYPTO_AES_GCM_16, 128 } },
                                    .n_encr = 2,
                                    .integ = { CRYPTO_SHA256_128 },
                                    .n_integ = 1,
                                    .group = { CRYPTO_MODP_2048 },
                                    .n_group = 1 },
      IKE_PROTO_IKE, false, false, 0, "AES-CBC-128/HMAC-SHA2-256-128/PRF-HMAC-SHA2-256/MODP_2048",
      NULL, NULL },
    { "ours, when it is preferred", &mixed,
      &(const struct ike_proposal){ .encr = { { CRYPTO_AES_CBC, 128 }, { CRYPTO_AES_GCM_16, 128 } },
                                    .n_encr = 2,
                                    .integ = { CRYPTO_SHA256_128 },
                                    .n_integ = 1,
                                    .group = { CRYPTO_MODP_2048 },
                                    .n_group = 1 },
      IKE_PROTO_IKE, false, true, 0, "AES-GCM-16-128/PRF-HMAC-SHA2-256/MODP_2048", NULL, NULL },
    { "IKE_AUTH looks at no group", &cbc_2048, &azure_default, IKE_PROTO_ESP, true, false, 0,
      "AES-CBC-256/HMAC-SHA2-256-128", NULL, NULL },
    { "Azure's default against group 14", &cbc_2048, &azure_default, IKE_PROTO_IKE, false, false, 0,
      NULL,
      "no IKE proposal fits: the peer's number 1 comes closest, but for Diffie-Hellman group it "
      "offers MODP_1024, we want MODP_2048 or ECP_256",
      "add `group 2` to the crypto ikev2 proposal, or give the peer what we want" },
    { "another cipher and more", &cbc_2048, &gcm, IKE_PROTO_IKE, false, false, 0, NULL,
      "no IKE proposal fits: the peer's number 1 comes closest, but for encryption it offers "
      "AES-GCM-16-256 or CHACHA20-POLY1305, we want AES-CBC-256 or AES-CBC-128; nor does PRF fit; "
      "nor does integrity fit; nor does Diffie-Hellman group fit",
      "add `encryption aes-gcm-256` to the crypto ikev2 proposal, or give the peer what we want" },
    { "a cipher as a transform-set has it", &cbc_2048,
      &(const struct ike_proposal){ .encr = { { CRYPTO_CHACHA20_POLY1305, 0 } }, .n_encr = 1 },
      IKE_PROTO_ESP, true, false, 0, NULL,
      "no ESP proposal fits: the peer's number 1 comes closest, but for encryption it offers "
      "CHACHA20-POLY1305, we want AES-CBC-256 or AES-CBC-128; nor does integrity fit",
      "a transform-set with `esp-chacha20-poly1305` fits, or give the peer what we want" },
    { "with its length of key", &cbc_2048,
      &(const struct ike_proposal){ .encr = { { CRYPTO_AES_GCM_16, 192 } }, .n_encr = 1 },
      IKE_PROTO_ESP, true, false, 0, NULL,
      "no ESP proposal fits: the peer's number 1 comes closest, but for encryption it offers "
      "AES-GCM-16-192, we want AES-CBC-256 or AES-CBC-128; nor does integrity fit",
      "a transform-set with `esp-gcm 192` fits, or give the peer what we want" },
    { "the peer demands PFS",
      &(const struct ike_proposal){ .encr = { { CRYPTO_AES_GCM_16, 256 } }, .n_encr = 1 }, &gcm,
      IKE_PROTO_ESP, false, false, 0, NULL,
      "no ESP proposal fits: the peer's number 1 comes closest, but for Diffie-Hellman group it "
      "offers ECP_384 or CURVE_25519, we want none",
      "the peer demands PFS: `set pfs group 20` in the crypto ipsec profile" },
    { "the peer has no PFS", &gcm,
      &(const struct ike_proposal){ .encr = { { CRYPTO_AES_GCM_16, 256 } }, .n_encr = 1 },
      IKE_PROTO_ESP, false, false, 0, NULL,
      "no ESP proposal fits: the peer's number 1 comes closest, but for Diffie-Hellman group it "
      "offers none, we want ECP_384 or CURVE_25519",
      "the peer offers no PFS that we can do: switch PFS on there, or `no set pfs`" },
};

static void test_choices(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(choice_cases); i++) {
        const struct choice_case *c = &choice_cases[i];
        const struct ike_wish ours = { c->ours,        1,          c->protocol, c->without_dh,
                                       c->prefer_ours, c->ke_group };
        const struct ike_wish theirs = { c->theirs, 1, c->protocol, false, false, 0 };
        struct ike_offer offer;
        struct ike_choice choice;
        struct diag d = { 0 };
        ike_offer_make(&theirs, (const uint8_t *)"SPI!", 4, &offer);
        bool ok = ike_choose(&ours, &offer, &choice, &d);
        if (ok != (c->want != NULL))
            fail_msg("%s: %s", c->name, d.what);
        if (!ok) {
            CLAIM_TEXT(c->name, d.what, c->what);
            CLAIM_TEXT(c->name, d.remedy, c->remedy);
            CLAIM_TEXT(c->name, d.id, "IKE-NO-PROPOSAL");
            continue;
        }
        char s[128];
        struct text t = text_init(s, sizeof(s));
        text_ike_suite(&t, &choice.suite);
        CLAIM_TEXT(c->name, s, c->want);
        CLAIM(c->name, choice.spi_bytes == 4 && memcmp(choice.spi, "SPI!", 4) == 0);
        /* What we answer is what the other side can check. */
        uint8_t bytes[256];
        struct wr w = wr_init(bytes, sizeof(bytes));
        struct ike_choice back;
        ike_choice_encode(&choice, c->protocol, (const uint8_t *)"mine", 4, &w);
        CLAIM(c->name, ike_offer_decode(&(struct crypto_part){ bytes, wr_len(&w) }, &offer, &d));
        struct ike_wish checks = theirs;
        checks.without_dh = c->without_dh;
        if (!ike_choice_check(&checks, &offer, &back, &d))
            fail_msg("%s: %s", c->name, d.what);
        CLAIM(c->name, memcmp(&back.suite, &choice.suite, sizeof(back.suite)) == 0);
        CLAIM(c->name, back.number == choice.number && memcmp(back.spi, "mine", 4) == 0);
    }
}

/* A proposal body by hand: transforms as type, id, key bits. */
static struct ike_offer by_hand(uint8_t protocol, const struct ike_transform *t, uint16_t n)
{
    struct ike_offer o = { .n_proposals = 1, .n_transforms = n };
    o.proposals[0] = (struct ike_offered){ .number = 1, .protocol = protocol, .n = n };
    memcpy(o.transforms, t, n * sizeof(*t));
    return o;
}

static void test_what_peers_do(void **state)
{
    (void)state;
    const struct ike_proposal child = { .encr = { { CRYPTO_AES_GCM_16, 256 } }, .n_encr = 1 };
    const struct {
        const char *name;
        uint8_t protocol;
        uint16_t n;
        struct ike_transform t[6];
        bool ok;
    } cases[] = {
        { "NONE for integrity and group is what we want too",
          IKE_PROTO_ESP,
          4,
          { { .type = 1, .id = 20, .key_bits = 256 }, { .type = 3 }, { .type = 4 }, { .type = 5 } },
          true },
        { "PFS offered, or none of it",
          IKE_PROTO_ESP,
          4,
          { { .type = 1, .id = 20, .key_bits = 256 },
            { .type = 4, .id = 14 },
            { .type = 4 },
            { .type = 5 } },
          true },
        { "an integrity beside an AEAD is not ours",
          IKE_PROTO_ESP,
          3,
          { { .type = 1, .id = 20, .key_bits = 256 }, { .type = 3, .id = 12 }, { .type = 5 } },
          false },
        { "without a key length it is another cipher",
          IKE_PROTO_ESP,
          2,
          { { .type = 1, .id = 20 }, { .type = 5 } },
          false },
        { "an unknown attribute makes a transform unusable",
          IKE_PROTO_ESP,
          2,
          { { .type = 1, .unusable = true, .id = 20, .key_bits = 256 }, { .type = 5 } },
          false },
        { "an unknown type makes a proposal unusable",
          IKE_PROTO_ESP,
          3,
          { { .type = 1, .id = 20, .key_bits = 256 }, { .type = 5 }, { .type = 6, .id = 35 } },
          false },
        { "AH is not ESP",
          IKE_PROTO_AH,
          2,
          { { .type = 1, .id = 20, .key_bits = 256 }, { .type = 5 } },
          false },
        { "ESN alone is not what we want",
          IKE_PROTO_ESP,
          2,
          { { .type = 1, .id = 20, .key_bits = 256 }, { .type = 5, .id = 1 } },
          false },
        { "3DES is named and refused",
          IKE_PROTO_ESP,
          3,
          { { .type = 1, .id = 3 }, { .type = 3, .id = 2 }, { .type = 5 } },
          false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ike_offer offer = by_hand(cases[i].protocol, cases[i].t, cases[i].n), again;
        const struct ike_wish wish = { &child, 1, IKE_PROTO_ESP, false, false, 0 };
        struct ike_choice c;
        struct diag d;
        bool ok = ike_choose(&wish, &offer, &c, &d);
        CLAIM(cases[i].name, ok == cases[i].ok);
        if (!ok)
            continue;
        uint8_t bytes[128]; /* [RFC 7296 3.3] one transform of each type that was offered */
        struct wr w = wr_init(bytes, sizeof(bytes));
        ike_choice_encode(&c, IKE_PROTO_ESP, NULL, 0, &w);
        assert_true(ike_offer_decode(&(struct crypto_part){ bytes, wr_len(&w) }, &again, &d));
        uint32_t offered = 0, answered = 0;
        for (uint16_t k = 0; k < offer.n_transforms; k++)
            offered |= 1u << offer.transforms[k].type;
        for (uint16_t k = 0; k < again.n_transforms; k++)
            answered |= 1u << again.transforms[k].type;
        CLAIM(cases[i].name, offered == answered);
    }
}

static void test_bad_answers(void **state)
{
    (void)state;
    const struct ike_wish wish = { &gcm, 1, IKE_PROTO_IKE, false, false, 0 };
    struct ike_offer ours;
    struct ike_choice c;
    struct diag d;
    ike_offer_make(&wish, NULL, 0, &ours);
    assert_false(ike_choice_check(&wish, &ours, &c, &d)); /* our own offer: two of a kind */
    assert_string_equal(d.id, "IKE-BAD-CHOICE");
    const struct ike_transform weaker[] = { { .type = 1, .id = 20, .key_bits = 128 },
                                            { .type = 2, .id = 6 },
                                            { .type = 4, .id = 20 } };
    struct ike_offer answer = by_hand(IKE_PROTO_IKE, weaker, 3);
    assert_false(ike_choice_check(&wish, &answer, &c, &d));
    assert_string_equal(d.what, "the peer chose what we did not offer: "
                                "AES-GCM-16-128/PRF-HMAC-SHA2-384/ECP_384");
    answer.transforms[0].key_bits = 256;
    assert_true(ike_choice_check(&wish, &answer, &c, &d));
    answer.n_transforms = answer.proposals[0].n = 2; /* no group */
    assert_false(ike_choice_check(&wish, &answer, &c, &d));
    answer.n_proposals = 0;
    assert_false(ike_choice_check(&wish, &answer, &c, &d));
}

static const struct {
    const char *name, *hex;
    bool ok;
} bodies[] = {
    { "one proposal, one transform", "0000001001010001000000080100000c", true },
    { "with a key length", "00000014010100010000000c0100000c800e0100", true },
    { "with an unknown long attribute", "0000001801010001000000100100000c0099000411223344", true },
    { "a long attribute that is cut",
      "0000001601010001000000"
      "0e0100000c009900041122",
      false },
    { "a proposal that says more follows", "0200001001010001000000080100000c", false },
    { "a transform that says more follows", "0000001001010001030000080100000c", false },
    { "a strange more byte", "0100001001010001000000080100000c", false },
    { "a proposal shorter than its header", "00000007010100", false },
    { "a SPI of nine bytes", "0000001101010900112233445566778899", false },
    { "a SPI that is not there", "0000000801010400", false },
    { "bytes behind the transforms", "0000001201010001000000080100000caabb", false },
    { "bytes behind the proposals", "0000001001010001000000080100000caa", false },
    { "a transform shorter than its header", "0000000f010100010000000701000000", false },
    { "no transforms", "0000000801010000", true },
    { "nothing", "", false },
};

static void test_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        uint8_t bytes[64];
        static struct ike_offer offer;
        struct diag d = { 0 };
        size_t n = lib_hex(bodies[i].hex, bytes, sizeof(bytes));
        bool ok = ike_offer_decode(&(struct crypto_part){ bytes, n }, &offer, &d);
        if (ok != bodies[i].ok)
            fail_msg("%s: %s", bodies[i].name, d.what);
        CLAIM(bodies[i].name, ok || strcmp(d.id, "IKE-SYNTAX") == 0);
    }
}

/* More than the bounds: what is beyond is counted and never chosen. */
static void test_bounds(void **state)
{
    (void)state;
    static uint8_t bytes[4096];
    static struct ike_offer offer;
    struct diag d;
    struct wr w = wr_init(bytes, sizeof(bytes));
    for (int i = 0; i < IKE_OFFER_PROPOSALS_MAX + 3; i++) {
        const uint8_t p[] = {
            i == IKE_OFFER_PROPOSALS_MAX + 2 ? 0 : 2, 0, 0, 16, 1, 1, 0, 1, 0, 0, 0, 8, 1, 0, 0, 12
        };
        wr_bytes(&w, p, sizeof(p));
    }
    assert_true(ike_offer_decode(&(struct crypto_part){ bytes, wr_len(&w) }, &offer, &d));
    assert_int_equal(offer.n_proposals, IKE_OFFER_PROPOSALS_MAX);
    assert_int_equal(offer.ignored, 3);
}

static void test_groups(void **state)
{
    (void)state;
    const struct ike_proposal ours[] = { azure_default, gcm };
    struct ike_wish wish = { ours, 2, IKE_PROTO_IKE, false, false, 0 };
    assert_int_equal(ike_wish_group(&wish), CRYPTO_MODP_1024);
    assert_true(ike_wish_has_group(&wish, CRYPTO_X25519));
    assert_false(ike_wish_has_group(&wish, CRYPTO_MODP_2048));
    wish.without_dh = true;
    assert_int_equal(ike_wish_group(&wish), 0);
    assert_false(ike_wish_has_group(&wish, CRYPTO_X25519));
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        struct ike_transform t;
        const char *want;
    } cases[] = {
        { { .type = 1, .id = 3 }, "3DES" },
        { { .type = 1, .id = 12, .key_bits = 192 }, "AES-CBC-192" },
        { { .type = 1, .id = 99 }, "encryption 99" },
        { { .type = 4, .id = 36 }, "ML_KEM_768" },
        { { .type = 9, .id = 1 }, "transform type 9" },
        { { .type = 2, .id = 5, .unusable = true }, "PRF-HMAC-SHA2-256 with an unknown attribute" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char s[64];
        struct text t = text_init(s, sizeof(s));
        text_ike_transform(&t, &cases[i].t);
        assert_string_equal(s, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_offered), cmocka_unit_test(test_offer_round_trip),
        cmocka_unit_test(test_choices),         cmocka_unit_test(test_what_peers_do),
        cmocka_unit_test(test_bad_answers),     cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_bounds),          cmocka_unit_test(test_groups),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
