/* Impairments as words. A number is read in millionths, so that percents, milliseconds and megabits
 * are whole numbers of what they are counted in: ppm, nanoseconds, bits per second. */
#include <string.h>

#include "base/number.h"
#include "lab/impair.h"

enum { MICRO = 1000000, DECIMALS_MAX = 6, WHOLE_MAX = 1000000000 };
enum { RATE_MIN = 8000, PPM_OF_MICRO = 100 };
#define RATE_MAX UINT64_C(100000000000)

enum kind { PERCENT, TIME, RATE, NUMBER };

struct unit {
    const char *name;
    uint32_t times, over; /* millionths to what is counted */
};

static const struct kind_row {
    const char *expected;
    struct unit units[3];
    uint64_t min, max;
} kinds[] = {
    [PERCENT] = { "a percentage from 0% to 100%, with at most four decimals",
                  { { "%", 1, PPM_OF_MICRO } },
                  0,
                  TRANSIT_PPM },
    [TIME] = { "a time from 0ms to 10s, with its unit: us, ms or s",
               { { "us", 1, 1000 }, { "ms", 1, 1 }, { "s", 1000, 1 } },
               0,
               (uint64_t)LAB_IMPAIR_DELAY_MAX_S *NS_PER_S },
    [RATE] = { "a rate from 8kbit to 100gbit, with its unit: kbit, mbit or gbit",
               { { "kbit", 1, 1000 }, { "mbit", 1, 1 }, { "gbit", 1000, 1 } },
               RATE_MIN,
               RATE_MAX },
    [NUMBER] = { "a number", { { NULL, 0, 0 } }, 0, UINT64_MAX },
};

enum word { LOSS, DELAY, JITTER, REORDER, DUPLICATE, RATE_WORD, SEED, WORDS };

static const struct word_row {
    const char *name;
    enum kind kind;
    const char *example;
} words[WORDS] = {
    [LOSS] = { "loss", PERCENT, "1%" },
    [DELAY] = { "delay", TIME, "20ms" },
    [JITTER] = { "jitter", TIME, "5ms" },
    [REORDER] = { "reorder", PERCENT, "2%" },
    [DUPLICATE] = { "duplicate", PERCENT, "0.1%" },
    [RATE_WORD] = { "rate", RATE, "50mbit" },
    [SEED] = { "seed", NUMBER, "7" },
};

struct lab_impair_spec lab_impair_none(void)
{
    return (struct lab_impair_spec){ .line.queue_bytes = LAB_IMPAIR_QUEUE_BYTES, .seed = 1 };
}

bool lab_impair_is_none(const struct lab_impair_spec *s)
{
    const struct transit *t = &s->line;
    return t->latency == 0 && t->jitter == 0 && t->loss_ppm == 0 && t->duplicate_ppm == 0 &&
           t->reorder_ppm == 0 && t->bits_per_s == 0;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* "12.5" in millionths. */
static bool read_micro(const char **s, uint64_t *ret_micro)
{
    uint64_t whole, micro;
    const char *p = *s;
    if (!number_read(&p, WHOLE_MAX, &whole))
        return false;
    micro = whole * MICRO;
    if (*p == '.') {
        uint32_t worth = MICRO, n = 0;
        for (p++; *p >= '0' && *p <= '9'; p++, n++) {
            worth /= 10;
            micro += (uint64_t)(*p - '0') * worth;
        }
        if (n == 0 || n > DECIMALS_MAX)
            return false;
    }
    *s = p;
    *ret_micro = micro;
    return true;
}

static bool read_value(const struct kind_row *k, const char *s, uint64_t *ret_value)
{
    uint64_t micro;
    if (!k->units[0].name)
        return number_parse(s, k->max, ret_value);
    if (!read_micro(&s, &micro))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(k->units) && k->units[i].name; i++) {
        const struct unit *u = &k->units[i];
        if (strcmp(s, u->name) != 0)
            continue;
        *ret_value = micro * u->times / u->over;
        return micro * u->times % u->over == 0 && *ret_value >= k->min && *ret_value <= k->max;
    }
    return false;
}

static bool refuse(struct text *why, const char *word, const char *expected, const char *example)
{
    text_str(why, word);
    text_str(why, ": expected ");
    text_str(why, expected);
    if (example) {
        text_str(why, ", as in ");
        text_str(why, example);
    }
    return false;
}

static void put_value(struct lab_impair_spec *s, enum word w, uint64_t v)
{
    switch (w) {
    case LOSS:
        s->line.loss_ppm = (uint32_t)v;
        break;
    case DELAY:
        s->line.latency = (ns_t)v;
        break;
    case JITTER:
        s->line.jitter = (ns_t)v;
        break;
    case REORDER:
        s->line.reorder_ppm = (uint32_t)v;
        break;
    case DUPLICATE:
        s->line.duplicate_ppm = (uint32_t)v;
        break;
    case RATE_WORD:
        s->line.bits_per_s = v;
        break;
    case SEED:
        s->seed = v;
        break;
    case WORDS:
        assert(false);
    }
}

static uint64_t get_value(const struct lab_impair_spec *s, enum word w)
{
    switch (w) {
    case LOSS:
        return s->line.loss_ppm;
    case DELAY:
        return (uint64_t)s->line.latency;
    case JITTER:
        return (uint64_t)s->line.jitter;
    case REORDER:
        return s->line.reorder_ppm;
    case DUPLICATE:
        return s->line.duplicate_ppm;
    case RATE_WORD:
        return s->line.bits_per_s;
    case SEED:
        return s->seed;
    case WORDS:
        break;
    }
    assert(false);
    return 0;
}

bool lab_impair_word(struct lab_impair_spec *s, const char *word, struct text *why)
{
    const char *value = strchr(word, '=');
    uint64_t v;
    for (uint32_t w = 0; value && w < WORDS; w++) {
        const struct word_row *row = &words[w];
        char example[32];
        struct text t = text_init(example, sizeof(example));
        if (strncmp(row->name, word, (size_t)(value - word)) != 0 ||
            row->name[value - word] != '\0')
            continue;
        text_str(&t, row->name);
        text_str(&t, "=");
        text_str(&t, row->example);
        if (!read_value(&kinds[row->kind], value + 1, &v))
            return refuse(why, word, kinds[row->kind].expected, example);
        if (s->said & 1u << w) {
            text_str(why, word);
            text_str(why, ": is said twice");
            return false;
        }
        s->said |= 1u << w;
        put_value(s, (enum word)w, v);
        return true;
    }
    return refuse(why, word, LAB_IMPAIR_WORDS, NULL);
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put_micro(struct text *t, uint64_t micro)
{
    text_u64(t, micro / MICRO);
    uint64_t rest = micro % MICRO;
    if (rest)
        text_str(t, ".");
    for (uint64_t worth = MICRO / 10; rest; worth /= 10) {
        text_u64(t, rest / worth);
        rest %= worth;
    }
}

void lab_impair_text(const struct lab_impair_spec *s, struct text *t)
{
    static const struct unit whole[] = {
        [PERCENT] = { "%", PPM_OF_MICRO, 1 }, [TIME] = { "ms", 1, 1 }, [RATE] = { "mbit", 1, 1 }
    };
    if (lab_impair_is_none(s)) {
        text_str(t, "none");
        return;
    }
    const char *before = "";
    for (uint32_t w = 0; w < WORDS; w++) {
        uint64_t v = get_value(s, (enum word)w);
        if (v == (w == SEED ? 1 : 0))
            continue;
        text_str(t, before);
        text_str(t, words[w].name);
        text_str(t, "=");
        if (words[w].kind == NUMBER) {
            text_u64(t, v);
        } else {
            put_micro(t, v * whole[words[w].kind].times);
            text_str(t, whole[words[w].kind].name);
        }
        before = " ";
    }
}
