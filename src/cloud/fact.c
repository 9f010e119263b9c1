#include "cloud/fact.h"

#include <string.h>

#include "base/near.h"
#include "cloud/aws/facts.h"
#include "cloud/aws/tables.h"
#include "cloud/azure/facts.h"
#include "cloud/azure/tables.h"
#include "cloud/device/facts.h"
#include "cloud/gcp/facts.h"
#include "cloud/gcp/tables.h"
#include "cloud/soracom/facts.h"
#include "cloud/soracom/tables.h"

static const struct cloud_provider providers[] = {
    { "azure", "Microsoft Azure", azure_facts, AZURE_FACT_COUNT, azure_sheets, AZURE_SHEET_COUNT },
    { "aws", "Amazon Web Services", aws_facts, AWS_FACT_COUNT, aws_sheets, AWS_SHEET_COUNT },
    { "gcp", "Google Cloud", gcp_facts, GCP_FACT_COUNT, gcp_sheets, GCP_SHEET_COUNT },
    { "soracom", "SORACOM", soracom_facts, SORACOM_FACT_COUNT, soracom_sheets,
      SORACOM_SHEET_COUNT },
    { "device", "Devices: FRR and Cisco IOS", device_facts, DEVICE_FACT_COUNT, NULL, 0 },
};

const struct cloud_provider *cloud_providers(size_t *ret_n)
{
    *ret_n = ARRAY_LEN(providers);
    return providers;
}

const struct cloud_provider *cloud_provider_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(providers); i++) {
        if (strcmp(providers[i].name, name) == 0)
            return &providers[i];
    }
    return NULL;
}

const struct cloud_fact *cloud_fact_find(const char *id)
{
    for (size_t i = 0; i < ARRAY_LEN(providers); i++) {
        for (size_t k = 0; k < providers[i].fact_count; k++) {
            if (strcmp(providers[i].facts[k].id, id) == 0)
                return &providers[i].facts[k];
        }
    }
    return NULL;
}

const char *cloud_fact_near(const char *id)
{
    struct near n = near_init(id);
    for (size_t i = 0; i < ARRAY_LEN(providers); i++) {
        for (size_t k = 0; k < providers[i].fact_count; k++)
            near_consider_word(&n, providers[i].facts[k].id);
    }
    return n.best; /* an id, and so ended by its NUL */
}

const char *cloud_grade_name(enum cloud_grade grade)
{
    static const char *const names[] = { [CLOUD_DOCUMENTED] = "documented",
                                         [CLOUD_OBSERVED] = "observed",
                                         [CLOUD_DISPUTED] = "disputed",
                                         [CLOUD_UNVERIFIED] = "unverified" };
    assert((size_t)grade < ARRAY_LEN(names));
    return names[grade];
}

const char *cloud_value_name(enum cloud_value kind)
{
    static const char *const names[] = {
        [CLOUD_NOTHING] = "nothing",   [CLOUD_NUMBER] = "number", [CLOUD_RANGE] = "range",
        [CLOUD_BOOL] = "bool",         [CLOUD_TEXT] = "text",     [CLOUD_NUMBERS] = "numbers",
        [CLOUD_PREFIXES] = "prefixes", [CLOUD_WORDS] = "words",   [CLOUD_ALGORITHMS] = "algorithms",
    };
    assert((size_t)kind < ARRAY_LEN(names));
    return names[kind];
}

static void text_span(struct text *t, int64_t first, int64_t last)
{
    text_i64(t, first);
    if (last != first) {
        text_char(t, '-');
        text_i64(t, last);
    }
}

/* One part of a list. */
static void text_part(struct text *t, const struct cloud_data *d, uint32_t i)
{
    if (d->kind == CLOUD_NUMBERS)
        text_span(t, d->spans[i].first, d->spans[i].last);
    else if (d->kind == CLOUD_PREFIXES)
        text_prefix(t, &d->prefixes[i]);
    else if (d->kind == CLOUD_WORDS)
        text_str(t, d->words[i]);
    else
        text_str(t, d->algorithms[i].name);
}

void text_cloud_data(struct text *t, const struct cloud_data *d)
{
    switch (d->kind) {
    case CLOUD_NOTHING:
        break;
    case CLOUD_NUMBER:
        text_i64(t, d->first);
        break;
    case CLOUD_RANGE:
        text_span(t, d->first, d->last);
        break;
    case CLOUD_BOOL:
        text_str(t, d->first ? "yes" : "no");
        break;
    case CLOUD_TEXT:
        text_str(t, d->text);
        break;
    case CLOUD_NUMBERS:
    case CLOUD_PREFIXES:
    case CLOUD_WORDS:
    case CLOUD_ALGORITHMS:
        for (uint32_t i = 0; i < d->n; i++) {
            text_str(t, i ? ", " : "");
            text_part(t, d, i);
        }
        break;
    }
}

static bool ends_in(const char *s, size_t len, const char *end)
{
    size_t n = strlen(end);
    return len > n && memcmp(s + len - n, end, n) == 0;
}

/* Units are written in the plural; those of one letter, and rates, have none. */
static void text_unit(struct text *t, const char *unit, bool is_one)
{
    size_t len = strlen(unit);
    if (is_one && ends_in(unit, len, "sses"))
        len -= 2;
    else if (is_one && len > 2 && ends_in(unit, len, "s") && !ends_in(unit, len, "/s"))
        len -= 1;
    text_char(t, ' ');
    text_bytes(t, unit, len);
}

void text_cloud_value(struct text *t, const struct cloud_fact *f, const struct cloud_data *d)
{
    text_cloud_data(t, d);
    if (f->unit && (d->kind == CLOUD_NUMBER || d->kind == CLOUD_RANGE))
        text_unit(t, f->unit, d->first == 1 && d->last == 1);
}
