/* What a provider's gateway becomes as a configuration: every one of every topology is read back
 * without a word, each behaviour stands in the text, and so does what is told apart by neighbour.
 */
#include "../cloud/lib.h"

#include "cloud/behaviour.h"
#include "net/gateway.h"

enum { TEXT_ROOM = 1 << 18 };

static const char *const topologies[] = { "s1.yaml",    "s1x.yaml",     "s2.yaml",
                                          "s3.yaml",    "s4-2020.yaml", "s4-today.yaml",
                                          "s5-ng.yaml", "s5-p1.yaml",   "s5-p2.yaml",
                                          "s5-w.yaml",  "s6.yaml",      "s7.yaml",
                                          "s8.yaml" };

/* The text of a node; stands until the next one of the same room. */
static const char *text_of(const struct net *n, uint32_t node, char room[TEXT_ROOM])
{
    struct text t = text_init(room, TEXT_ROOM);
    assert_true(net_gateway_config(n, node, NULL, &t));
    if (getenv("PRINT"))
        fprintf(stderr, "---- %s\n%s", n->nodes.items[node].name, room);
    return room;
}

/* The only thing that may be said: an algorithm of the provider's is weak. */
static void reads_back(const char *name, const char *text)
{
    struct config_file file = { name, text, strlen(text) };
    struct config_options options = { .dialect = DIALECT_UNKNOWN };
    struct diag_list diags = { 0 };
    struct config *c = NULL;
    bool ok = config_parse(&file, 1, &options, &diags, &c);
    bool fine = ok;
    for (uint32_t i = 0; i < diags.count; i++) {
        const struct diag *d = &diags.items[i];
        char line[1024];
        struct text t = text_init(line, sizeof(line));
        text_diag(&t, d);
        if (d->severity == DIAG_NOTE || strcmp(d->id, "CFG-WEAK") == 0)
            continue;
        print_error("%s\n", line);
        fine = false;
    }
    diag_list_done(&diags);
    if (!fine)
        fail_msg("%s is not read back:\n%s", name, text);
    config_free(c);
}

static void every_gateway_is_read_back(void **state)
{
    (void)state;
    static char room[TEXT_ROOM];
    for (size_t i = 0; i < ARRAY_LEN(topologies); i++) {
        struct world w;
        uint32_t count = 0;
        world_open_file(&w, topologies[i]);
        for (uint32_t k = 0; k < w.n.nodes.count; k++) {
            if (!net_gateway_is(&w.n, k))
                continue;
            count++;
            reads_back(w.n.nodes.items[k].name, text_of(&w.n, k, room));
        }
        assert_true(count > 0);
        world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gateway_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
