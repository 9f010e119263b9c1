/* Hash tables of intrusive nodes, heap bytes, nonces. */
#include "base/hash.h"
#include "ike/internal.h"

enum { HEADS_FIRST = 64, HEADS_MAX = 1 << 20 };

static uint32_t head_of(const struct ike_table *t, uint64_t key)
{
    return (uint32_t)(hash_mix(key) & (t->cap - 1));
}

static bool rehash(struct ike_table *t, uint32_t cap)
{
    struct ike_node **heads = mem_alloc(MEM_IKE, cap * sizeof(struct ike_node *));
    if (!heads)
        return false;
    struct ike_table to = { .heads = heads, .cap = cap, .n = t->n };
    for (uint32_t i = 0; i < t->cap; i++)
        for (struct ike_node *node = t->heads[i], *next; node; node = next) {
            next = node->next;
            struct ike_node **head = &heads[head_of(&to, node->key)];
            node->next = *head;
            *head = node;
        }
    mem_free(MEM_IKE, t->heads, t->cap * sizeof(struct ike_node *));
    *t = to;
    return true;
}

bool ike_table_add(struct ike_table *t, struct ike_node *node, uint64_t key)
{
    assert(!node->in);
    if (t->cap == 0 && !rehash(t, HEADS_FIRST))
        return false;
    if (t->n >= t->cap && t->cap < HEADS_MAX)
        (void)rehash(t, t->cap * 2); /* without memory the chains grow instead */
    uint32_t head = head_of(t, key);
    *node = (struct ike_node){ .next = t->heads[head], .key = key, .in = true };
    t->heads[head] = node;
    t->n++;
    return true;
}

void ike_table_remove(struct ike_table *t, struct ike_node *node)
{
    if (!node->in)
        return;
    struct ike_node **at = &t->heads[head_of(t, node->key)];
    while (*at && *at != node)
        at = &(*at)->next;
    assert(*at);
    *at = node->next;
    *node = (struct ike_node){ 0 };
    t->n--;
}

static struct ike_node *same_key(struct ike_node *node, uint64_t key)
{
    while (node && node->key != key)
        node = node->next;
    return node;
}

struct ike_node *ike_table_find(const struct ike_table *t, uint64_t key)
{
    return t->cap ? same_key(t->heads[head_of(t, key)], key) : NULL;
}

struct ike_node *ike_table_again(const struct ike_node *node)
{
    return same_key(node->next, node->key);
}

void ike_table_done(struct ike_table *t)
{
    mem_free(MEM_IKE, t->heads, t->cap * sizeof(struct ike_node *));
    *t = (struct ike_table){ 0 };
}

bool ike_bytes_set(struct ike_bytes *b, const void *from, size_t n)
{
    ike_bytes_free(b);
    if (n == 0)
        return true;
    b->p = mem_alloc(MEM_IKE, n);
    if (!b->p)
        return false;
    memcpy(b->p, from, n);
    b->n = n;
    return true;
}

void ike_bytes_free(struct ike_bytes *b)
{
    if (b->p) {
        secret_wipe_bytes(b->p, b->n);
        mem_free(MEM_IKE, b->p, b->n);
    }
    *b = (struct ike_bytes){ 0 };
}

void ike_nonce_set(struct ike_nonce *nonce, const struct crypto_part *from)
{
    assert(from->n <= IKE_NONCE_MAX);
    nonce->n = (uint16_t)from->n;
    if (from->n)
        memcpy(nonce->b, from->p, from->n);
}

int ike_nonce_cmp(const struct ike_nonce *a, const struct ike_nonce *b)
{
    int order = memcmp(a->b, b->b, MIN(a->n, b->n));
    return order ? order : (a->n > b->n) - (a->n < b->n);
}
