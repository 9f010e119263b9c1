#include <stdio.h>
#include <string.h>

#include "lab/impair.h"

enum { EXIT_FAILED = 1, EXIT_WRONG = 2, WHY_MAX = 1024 };

static int say(int status, const char *why)
{
    fprintf(stderr, "spanway: lab: %s\n", why);
    return status;
}

static void write_out(void *context, const char *bytes, size_t n)
{
    fwrite(bytes, 1, n, context);
}

static int show(const struct lab_plan *p)
{
    if (lab_impair_show(p, write_out, stdout) == 0)
        printf("no cable of lab %s is impaired\n", p->name);
    return 0;
}

static int clear_lab(const struct lab_plan *p)
{
    printf("lab %s: %u directions of cables are as they were\n", p->name, lab_impair_clear_lab(p));
    return 0;
}

/* What is impaired afterwards is shown, so that a word that means more cables than was thought is
 * seen at once. */
static int impair(const struct lab_plan *p, const struct lab_impair_way *ways, uint32_t n,
                  const struct lab_impair_spec *spec)
{
    char text[WHY_MAX];
    struct text why = text_init(text, sizeof(text));
    if (lab_impair_is_none(spec))
        return say(EXIT_WRONG, "the words impair nothing; expected " LAB_IMPAIR_WORDS ", or clear");
    if (lab_impair_apply(p, ways, n, spec, &why) != 0)
        return say(EXIT_FAILED, text);
    return show(p);
}

int lab_impair_command(const struct lab_plan *p, const char *from, int argc, char *argv[])
{
    struct lab_impair_way ways[LAB_IMPAIR_WAYS_MAX];
    struct lab_impair_spec spec = lab_impair_none();
    char text[WHY_MAX];
    struct text why = text_init(text, sizeof(text));
    if (argc == 0)
        return show(p);
    if (argc == 1 && strcmp(argv[0], "clear") == 0)
        return clear_lab(p);
    bool clears = argc == 2 && strcmp(argv[1], "clear") == 0;
    for (int i = 1; !clears && i < argc; i++) {
        if (!lab_impair_word(&spec, argv[i], &why))
            return say(EXIT_WRONG, text);
    }
    uint32_t n = lab_impair_ways(p, argv[0], from, ways, &why);
    if (n == 0)
        return say(EXIT_WRONG, text);
    if (!clears)
        return impair(p, ways, n, &spec);
    return lab_impair_clear_ways(p, ways, n, &why) == 0 ? show(p) : say(EXIT_FAILED, text);
}
