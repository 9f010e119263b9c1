/* Runs a fuzz target without libFuzzer: on each file of the folders or files given, on each file's
 * beginnings, and on a fixed sequence of mutations, until a number of runs or a time is reached.
 * Each input is an allocation of its exact size, so that ASan sees the first byte read too many. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
    INPUT_MAX_BYTES = 1 << 20,
    BEGINNINGS_MAX = 200,  /* of each file, spread over its length */
    BEGINNINGS_MIN = 20,   /* of each file, however many there are */
    BEGINNINGS_ALL = 2000, /* of all files together, but for that */
    MUTATIONS_MAX = 20000, /* in all */
    SECONDS_MAX = 5,       /* for mutations; files and beginnings always run */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    uint8_t *data;
    size_t size;
};
struct corpus {
    struct input *inputs;
    size_t count, cap;
};

static void die(const char *what, const char *name)
{
    fprintf(stderr, "replay: %s %s: %s\n", what, name, strerror(errno));
    exit(2);
}

static void *must_alloc(void *p, size_t n)
{
    p = realloc(p, n ? n : 1);
    if (!p)
        die("no memory for", "an input");
    return p;
}

static void run(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);
    if (!exact)
        die("no memory for", "an input");
    if (size)
        memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void load_file(struct corpus *c, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        die("cannot open", path);
    struct input in = { .data = must_alloc(NULL, INPUT_MAX_BYTES) };
    in.size = fread(in.data, 1, INPUT_MAX_BYTES, f);
    if (ferror(f))
        die("cannot read", path);
    fclose(f);
    in.data = must_alloc(in.data, in.size);
    if (c->count == c->cap) {
        c->cap = c->cap ? c->cap * 2 : 64;
        c->inputs = must_alloc(c->inputs, c->cap * sizeof(struct input));
    }
    c->inputs[c->count++] = in;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void load(struct corpus *c, const char *path)
{
    struct stat st;
    struct dirent **entries;
    if (stat(path, &st) != 0)
        die("no corpus", path);
    if (!S_ISDIR(st.st_mode)) {
        load_file(c, path);
        return;
    }
    int n = scandir(path, &entries, is_visible, alphasort);
    if (n < 0)
        die("cannot list", path);
    for (int i = 0; i < n; i++) {
        char name[4096];
        snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
        load_file(c, name);
        free(entries[i]);
    }
    free(entries);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* One to four small changes: a bit, a byte, a cut, or a piece of another input. */
static size_t mutate(uint8_t *buf, size_t size, const struct corpus *c, uint64_t *rng)
{
    static const uint8_t edge[] = { 0, 1, 0x7f, 0x80, 0xff, '\n', ' ', '/' };
    for (uint64_t left = 1 + next_random(rng) % 4; left > 0 && size > 0; left--) {
        size_t at = next_random(rng) % size;
        const struct input *other = &c->inputs[next_random(rng) % c->count];
        switch (next_random(rng) % 5) {
        case 0:
            buf[at] ^= (uint8_t)(1 << next_random(rng) % 8);
            break;
        case 1:
            buf[at] = edge[next_random(rng) % sizeof(edge)];
            break;
        case 2:
            buf[at] = (uint8_t)next_random(rng);
            break;
        case 3:
            memmove(buf + at, buf + at + 1, size - at - 1);
            size--;
            break;
        default:
            if (other->size > 0) {
                size_t from = next_random(rng) % other->size;
                size_t n = next_random(rng) % 32;
                n = n < other->size - from ? n : other->size - from;
                n = n < size - at ? n : size - at;
                memcpy(buf + at, other->data + from, n);
            }
        }
    }
    return size;
}

static size_t run_mutations(const struct corpus *c)
{
    uint8_t *buf = must_alloc(NULL, INPUT_MAX_BYTES);
    uint64_t rng = 88172645463325252U;
    time_t until = time(NULL) + SECONDS_MAX;
    size_t runs = 0;
    while (runs < MUTATIONS_MAX && time(NULL) < until) {
        const struct input *in = &c->inputs[next_random(&rng) % c->count];
        memcpy(buf, in->data, in->size);
        run(buf, mutate(buf, in->size, c, &rng));
        runs++;
    }
    free(buf);
    return runs;
}

/* Each file, and beginnings of it; returns how many these were. */
static size_t run_files(const struct corpus *c)
{
    size_t each = BEGINNINGS_ALL / c->count, beginnings = 0;
    each = each < BEGINNINGS_MIN ? BEGINNINGS_MIN : each > BEGINNINGS_MAX ? BEGINNINGS_MAX : each;
    for (size_t i = 0; i < c->count; i++) {
        size_t step = c->inputs[i].size / each + 1;
        for (size_t n = 0; n < c->inputs[i].size; n += step, beginnings++)
            run(c->inputs[i].data, n);
        run(c->inputs[i].data, c->inputs[i].size);
    }
    return beginnings;
}

int main(int argc, char **argv)
{
    struct corpus c = { 0 };
    for (int i = 1; i < argc; i++)
        load(&c, argv[i]);
    if (c.count == 0) {
        fprintf(stderr, "replay: the corpus is empty\n");
        return 2;
    }
    run(NULL, 0);
    size_t beginnings = run_files(&c);
    size_t mutations = run_mutations(&c);
    printf("%zu inputs, %zu beginnings, %zu mutations\n", c.count, beginnings, mutations);
    for (size_t i = 0; i < c.count; i++)
        free(c.inputs[i].data);
    free(c.inputs);
    return 0;
}
