#include "policy/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <errno.h>
#include <pcre2.h>
#include <string.h>

#include "base/mem.h"
#include "policy/shared.h"

enum { DFA_WORKSPACE = 2048, PARENS_MAX = 4 * ERE_GROUPS_MAX };

struct scratch {
    pcre2_match_data *data;
    pcre2_match_context *context;
};

struct regex_context {
    pcre2_general_context *general;
    pcre2_compile_context *compile;
    bool jit;
    void *spare; /* left by the last match; a second thread makes its own */
    uint64_t limit_hits;
};

struct regex {
    pcre2_code *code;
    bool jit, has_back_reference;
    bool anchored; /* ^ or .* comes first: there is one starting point */
};

/* PCRE2 frees without saying how much: the size stands before what it gets. */
struct block {
    size_t n;
    max_align_t bytes[];
};

static void *pcre_alloc(PCRE2_SIZE n, void *arg)
{
    (void)arg;
    if (n > SIZE_MAX - sizeof(struct block))
        return NULL;
    struct block *b = mem_alloc(MEM_POLICY, sizeof(struct block) + n);
    if (!b)
        return NULL;
    b->n = sizeof(struct block) + n;
    return b->bytes;
}

static void pcre_free(void *p, void *arg)
{
    (void)arg;
    if (!p)
        return;
    struct block *b = container_of(p, struct block, bytes);
    mem_free(MEM_POLICY, b, b->n);
}

static void scratch_free(struct scratch *s)
{
    if (!s)
        return;
    pcre2_match_data_free(s->data);
    pcre2_match_context_free(s->context);
    mem_free(MEM_POLICY, s, sizeof(*s));
}

static struct scratch *scratch_new(struct regex_context *c)
{
    struct scratch *s = mem_alloc(MEM_POLICY, sizeof(*s));
    if (!s)
        return NULL;
    s->data = pcre2_match_data_create(1, c->general);
    s->context = pcre2_match_context_create(c->general);
    if (!s->data || !s->context) {
        scratch_free(s);
        return NULL;
    }
    (void)pcre2_set_heap_limit(s->context, REGEX_HEAP_KIB);
    return s;
}

struct regex_context *regex_context_new(bool jit)
{
    struct regex_context *c = mem_alloc(MEM_POLICY, sizeof(*c));
    if (!c)
        return NULL;
    c->jit = jit;
    c->general = pcre2_general_context_create(pcre_alloc, pcre_free, NULL);
    c->compile = c->general ? pcre2_compile_context_create(c->general) : NULL;
    struct scratch *s = c->compile ? scratch_new(c) : NULL;
    if (!s) {
        regex_context_free(c);
        return NULL;
    }
    (void)pcre2_set_parens_nest_limit(c->compile, PARENS_MAX);
    (void)pcre2_set_max_pattern_length(c->compile, ERE_PATTERN_MAX);
    c->spare = s;
    return c;
}

void regex_context_free(struct regex_context *c)
{
    if (!c)
        return;
    scratch_free(c->spare);
    pcre2_compile_context_free(c->compile);
    pcre2_general_context_free(c->general);
    mem_free(MEM_POLICY, c, sizeof(*c));
}

uint64_t regex_limit_hits(const struct regex_context *c)
{
    return shared_load(&c->limit_hits);
}

static err_t compile(struct regex_context *c, const struct ere_result *ere, const char *pattern,
                     struct regex *re, const char **ret_why)
{
    /* Bytes, not characters; `$` only at the very end; `.` is anything: as regexec() has them. */
    uint32_t options = PCRE2_DOLLAR_ENDONLY | PCRE2_DOTALL | PCRE2_NEVER_UTF;
    if (!ere->has_back_reference)
        options |= PCRE2_NO_AUTO_CAPTURE;
    int error = 0;
    PCRE2_SIZE offset = 0;
    re->code = pcre2_compile((PCRE2_SPTR)pattern, ere->len, options, &error, &offset, c->compile);
    re->has_back_reference = ere->has_back_reference;
    if (!re->code && error == PCRE2_ERROR_HEAP_FAILED)
        return -ENOMEM;
    if (!re->code) {
        *ret_why = "the expression is too large";
        return -EINVAL;
    }
    uint32_t all = 0;
    (void)pcre2_pattern_info(re->code, PCRE2_INFO_ALLOPTIONS, &all);
    re->anchored = (all & PCRE2_ANCHORED) != 0;
    re->jit = c->jit && pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE) == 0;
    return 0;
}

err_t regex_new(struct regex_context *c, const char *text, const struct ere_options *options,
                struct regex **ret_regex, const char **ret_why)
{
    size_t work_bytes = ERE_WORK_BYTES + ERE_PATTERN_MAX + 1;
    char *work = mem_alloc(MEM_POLICY, work_bytes);
    struct regex *re = mem_alloc(MEM_POLICY, sizeof(*re));
    err_t err = work && re ? 0 : -ENOMEM;
    struct ere_result ere;
    const char *why = "out of memory";
    if (!err && !ere_translate(text, options, work, work + ERE_WORK_BYTES, &ere)) {
        why = ere.error;
        err = -EINVAL;
    }
    if (!err)
        err = compile(c, &ere, work + ERE_WORK_BYTES, re, &why);
    mem_free(MEM_POLICY, work, work_bytes);
    if (err) {
        *ret_why = why;
        mem_free(MEM_POLICY, re, sizeof(*re));
        return err;
    }
    *ret_regex = re;
    return 0;
}

void regex_free(struct regex *re)
{
    if (!re)
        return;
    pcre2_code_free(re->code);
    mem_free(MEM_POLICY, re, sizeof(*re));
}

/* Decides a short text without backtracking; a back reference cannot be had that way. */
static int match_without_backtracking(const struct regex *re, struct scratch *sc, const char *s,
                                      size_t n)
{
    if (re->has_back_reference || n > REGEX_DFA_TEXT_MAX)
        return PCRE2_ERROR_MATCHLIMIT;
    int workspace[DFA_WORKSPACE];
    return pcre2_dfa_match(re->code, (PCRE2_SPTR)s, n, 0, PCRE2_DFA_SHORTEST, sc->data, sc->context,
                           workspace, DFA_WORKSPACE);
}

static bool match(struct regex_context *c, const struct regex *re, struct scratch *sc,
                  const char *s, size_t n)
{
    /* PCRE2 counts anew from each starting point. */
    uint32_t steps = (uint32_t)(REGEX_STEPS / (re->anchored ? 1 : n + 1));
    steps = MIN(steps, (uint32_t)REGEX_STEPS_EACH);
    (void)pcre2_set_match_limit(sc->context, MAX(steps, 1U));
    (void)pcre2_set_depth_limit(sc->context, MAX(steps, 1U));
    PCRE2_SPTR text = (PCRE2_SPTR)s;
    int rc = pcre2_match(re->code, text, n, 0, re->jit ? 0 : PCRE2_NO_JIT, sc->data, sc->context);
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
        rc = pcre2_match(re->code, text, n, 0, PCRE2_NO_JIT, sc->data, sc->context);
    if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
        rc = match_without_backtracking(re, sc, s, n);
    if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
        shared_count(&c->limit_hits);
    return rc >= 0;
}

bool regex_matches(struct regex_context *c, const struct regex *re, const char *s, size_t n)
{
    struct scratch *sc = shared_swap(&c->spare, NULL);
    if (!sc)
        sc = scratch_new(c);
    if (!sc) {
        shared_count(&c->limit_hits);
        return false;
    }
    bool found = match(c, re, sc, s, n);
    scratch_free(shared_swap(&c->spare, sc));
    return found;
}
