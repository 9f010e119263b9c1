/* `show platform ipsec workers`: the processes that carry the tunnels' packets, what each of them
 * carried, and which tunnels are whose. */
#include "ctl/crypto.h"

struct share {
    uint64_t tunnels, packets_in, packets_out;
};

static const struct view_ike_totals *totals_at(const struct crypto_facts *f, size_t i)
{
    return (const struct view_ike_totals *)f->totals.v + i;
}

static const struct view_ike_worker *worker_at(const struct crypto_facts *f, size_t i)
{
    return (const struct view_ike_worker *)f->workers.v + i;
}

static struct share share_of(const struct crypto_facts *f, uint32_t worker)
{
    struct share s = { 0 };
    for (size_t i = 0; i < f->totals.n; i++) {
        const struct view_ike_totals *t = totals_at(f, i);
        if (t->worker != worker)
            continue;
        s.tunnels++;
        s.packets_in += t->packets_in;
        s.packets_out += t->packets_out;
    }
    return s;
}

void crypto_put_workers(struct render *r, const struct crypto_facts *f)
{
    render_f(r, "%6s %8s %8s %8s %16s %16s %12s %11s %10s\n", "Worker", "Process", "Restarts",
             "Tunnels", "Packets in", "Packets out", "Handed over", "Taken over", "Lost");
    for (size_t i = 0; i < f->workers.n && !r->failed; i++) {
        const struct view_ike_worker *w = worker_at(f, i);
        struct share s = share_of(f, w->worker);
        render_f(r, "%6u %8u %8u %8llu %16llu %16llu %12llu %11llu %10llu\n", w->worker, w->process,
                 w->restarts, (unsigned long long)s.tunnels, (unsigned long long)s.packets_in,
                 (unsigned long long)s.packets_out, (unsigned long long)w->handed_over,
                 (unsigned long long)w->taken_over, (unsigned long long)w->lost);
    }
    render_f(r, "\n%-24s %6s %16s %16s\n", "Interface", "Worker", "Packets in", "Packets out");
    for (size_t i = 0; i < f->totals.n && !r->failed; i++) {
        const struct view_ike_totals *t = totals_at(f, i);
        render_f(r, "%-24s %6u %16llu %16llu\n", t->name, t->worker,
                 (unsigned long long)t->packets_in, (unsigned long long)t->packets_out);
    }
}

void crypto_put_workers_json(struct render *r, const struct crypto_facts *f)
{
    json_open(r, "workers", '[');
    for (size_t i = 0; i < f->workers.n && !r->failed; i++)
        crypto_put_record_json(r, NULL, &view_ike_worker, worker_at(f, i));
    json_close(r);
    json_open(r, "tunnels", '[');
    for (size_t i = 0; i < f->totals.n && !r->failed; i++)
        crypto_put_record_json(r, NULL, &view_ike_totals, totals_at(f, i));
    json_close(r);
}
