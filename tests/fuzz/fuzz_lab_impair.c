/* The words of an impairment: any text, as words. What is taken is within its limits, says itself
 * again in words that mean the same, and a line with those figures takes frames. What is refused is
 * refused with its own text. */
#include <stdlib.h>
#include <string.h>

#include "lab/impair_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* False: a word was refused. */
static bool read_words(char *text, struct lab_impair_spec *ret)
{
    char said[1024], *save = NULL;
    *ret = lab_impair_none();
    for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        struct text why = text_init(said, sizeof(said));
        if (lab_impair_word(ret, w, &why))
            continue;
        if (why.cut || strncmp(said, w, strlen(w)) != 0)
            abort();
        return false;
    }
    return true;
}

static void use(const struct lab_impair_spec *s)
{
    static const uint8_t frame[1514];
    struct lab_impair_line l;
    struct lab_impair_frame *f;
    lab_impair_line_init(&l, s);
    for (ns_t now = 0; now < 8 * NS_PER_MS; now += NS_PER_MS)
        lab_impair_line_send(&l, now, frame, sizeof(frame));
    while ((f = lab_impair_line_take(&l, NS_NEVER - 1)))
        lab_impair_line_free(&l, f);
    if (l.count.under_way || l.count.frames != 8)
        abort();
    lab_impair_line_done(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[512], said[LAB_IMPAIR_TEXT_MAX], again[LAB_IMPAIR_TEXT_MAX];
    struct lab_impair_spec s, t;
    if (size >= sizeof(text))
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    if (!read_words(text, &s))
        return 0;
    const struct transit *l = &s.line;
    if (l->loss_ppm > TRANSIT_PPM || l->reorder_ppm > TRANSIT_PPM ||
        l->duplicate_ppm > TRANSIT_PPM || l->latency > LAB_IMPAIR_DELAY_MAX_S * NS_PER_S ||
        l->jitter > LAB_IMPAIR_DELAY_MAX_S * NS_PER_S)
        abort();
    use(&s);
    struct text out = text_init(said, sizeof(said));
    lab_impair_text(&s, &out);
    if (out.cut)
        abort();
    if (lab_impair_is_none(&s))
        return 0;
    memcpy(text, said, out.len + 1);
    out = text_init(again, sizeof(again));
    if (!read_words(text, &t))
        abort();
    lab_impair_text(&t, &out);
    if (strcmp(said, again) != 0)
        abort();
    return 0;
}
