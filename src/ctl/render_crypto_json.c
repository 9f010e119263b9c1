/* IPsec as JSON: the views' own fields, so nothing that a layout leaves out is lost. */
#include <string.h>

#include "ctl/crypto.h"

enum { KEY_MAX = 64 };

/* "local_port" is "localPort". */
static void camel_case(const char *name, char ret[KEY_MAX])
{
    size_t n = 0;
    bool capital = false;
    for (; *name && n + 1 < KEY_MAX; name++) {
        bool is_break = *name == '_';
        if (!is_break)
            ret[n++] = (char)(capital && *name >= 'a' && *name <= 'z' ? *name - 32 : *name);
        capital = is_break;
    }
    ret[n] = '\0';
}

/* A record's member, whatever its alignment. */
static uint64_t number_of(const struct view_field *f, const void *record)
{
    const uint8_t *p = (const uint8_t *)record + f->offset;
    uint16_t v16;
    uint32_t v32;
    uint64_t v64;
    switch (f->size) {
    case 1:
        return *p;
    case 2:
        memcpy(&v16, p, sizeof(v16));
        return v16;
    case 4:
        memcpy(&v32, p, sizeof(v32));
        return v32;
    default:
        assert(f->size == 8);
        memcpy(&v64, p, sizeof(v64));
        return v64;
    }
}

static void put_field(struct render *r, const struct view_field *f, const void *record)
{
    const void *p = (const uint8_t *)record + f->offset;
    char key[KEY_MAX];
    camel_case(f->name, key);
    switch (f->type) {
    case VIEW_BOOL:
        json_bool(r, key, number_of(f, record) != 0);
        break;
    case VIEW_U8:
    case VIEW_U16:
    case VIEW_U32:
    case VIEW_U64:
        json_u64(r, key, number_of(f, record));
        break;
    case VIEW_NS:
        json_i64(r, key, (int64_t)number_of(f, record));
        break;
    case VIEW_IP:
        if (ip_bytes(((const struct ip_addr *)p)->family))
            json_ip(r, key, p);
        break;
    case VIEW_PREFIX:
        if (ip_bytes(((const struct prefix *)p)->family))
            json_prefix(r, key, p);
        break;
    case VIEW_TEXT:
        json_text(r, key, p);
        break;
    }
}

void crypto_put_record_json(struct render *r, const char *key, const struct view *v,
                            const void *record)
{
    json_open(r, key, '{');
    for (uint16_t i = 0; i < v->field_count; i++)
        put_field(r, &v->fields[i], record);
    json_close(r);
}

void crypto_put_ike_sas_json(struct render *r, const struct crypto_facts *f)
{
    json_open(r, "ikeSas", '[');
    for (size_t i = 0; i < f->sas.n && !r->failed; i++)
        crypto_put_record_json(r, NULL, &view_ike_sa, crypto_sa(f, i));
    json_close(r);
}

void crypto_put_ipsec_sas_json(struct render *r, const struct crypto_facts *f,
                               const struct crypto_filter *filter)
{
    json_open(r, "ipsecSas", '[');
    for (size_t i = 0; i < f->children.n && !r->failed; i++) {
        const struct view_ike_child *c = crypto_child(f, i);
        if (crypto_filter_takes(filter, c->name, &c->remote))
            crypto_put_record_json(r, NULL, &view_ike_child, c);
    }
    json_close(r);
}

/* What a tunnel has: the state of its session, its IKE SA, its CHILD SAs. */
static void put_session(struct render *r, struct crypto_facts *f, const struct view_tunnel *t)
{
    const struct view_ike_sa *sa = crypto_sa_of(f, t->name);
    size_t first = 0, n = crypto_children_of(f, t->name, &first);
    const struct view_ike_failure *why = crypto_failure_of(f, t->name);
    char buf[256];
    struct text held = text_init(buf, sizeof(buf));
    json_text(r, "status", crypto_session_state(t, sa, n));
    if (crypto_held_text(t, &held))
        json_text(r, "heldDown", buf);
    if (why)
        crypto_put_record_json(r, "lastFailure", &view_ike_failure, why);
    if (sa)
        crypto_put_record_json(r, "ikeSa", &view_ike_sa, sa);
    const struct view_ike_totals *totals = crypto_totals_of(f, t->name);
    if (totals)
        crypto_put_record_json(r, "totals", &view_ike_totals, totals);
    json_open(r, "ipsecSas", '[');
    for (size_t i = first; i < first + n && !r->failed; i++)
        crypto_put_record_json(r, NULL, &view_ike_child, crypto_child(f, i));
    json_close(r);
}

void crypto_put_sessions_json(struct render *r, struct crypto_facts *f)
{
    json_open(r, "sessions", '[');
    for (size_t i = 0; i < f->tunnels.n && !r->failed; i++) {
        const struct view_tunnel *t = crypto_tunnel(f, i);
        if (!t->is_ready)
            continue;
        json_open(r, NULL, '{');
        json_text(r, "interface", t->name);
        json_text(r, "profile", t->ike_profile);
        json_ip(r, "peer", &t->destination);
        put_session(r, f, t);
        json_close(r);
    }
    json_close(r);
}

void crypto_put_tunnel_json(struct render *r, struct crypto_facts *f, const struct view_tunnel *t)
{
    json_open(r, "tunnel", '{');
    for (uint16_t i = 0; i < view_tunnel.field_count; i++)
        put_field(r, &view_tunnel.fields[i], t);
    put_session(r, f, t);
    json_close(r);
}
