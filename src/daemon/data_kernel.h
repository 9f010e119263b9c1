/* daemon/data_kernel.h: tunnels of data that the kernel's own IPsec carries (`platform ipsec
 * kernel`): what ike says goes on to priv, which may write it; what the kernel counts and says
 * comes back and goes to ike, as if ESP in user space had seen it. Owned by data; one thread. Keys
 * pass through; none is kept. */
#ifndef DAEMON_DATA_KERNEL_H
#define DAEMON_DATA_KERNEL_H

#include "daemon/channel.h"
#include "esp/params.h"
#include "os/log.h"
#include "os/udp.h"

struct data_kernel;

/* Without tunnels; NULL without memory. rank: on the loop. Free takes NULL; what is in the kernel
 * is priv's. */
must_use struct data_kernel *data_kernel_new(struct loop *loop, uint8_t rank, struct channel *priv,
                                             struct channel *ike, struct log *log);
void data_kernel_free(struct data_kernel *k);

/* A tunnel, or its new MTU. lifetime_s: of its CHILD SAs; the kernel ends what outlives it. */
void data_kernel_tunnel(struct data_kernel *k, uint32_t connection, const char *name, uint16_t mtu,
                        uint32_t lifetime_s);
void data_kernel_tunnel_gone(struct data_kernel *k, uint32_t connection);
/* Whether packets may use it. */
void data_kernel_carrier(struct data_kernel *k, uint32_t connection, bool up);

/* All tunnels are the kernel's, or none: on one port it takes all ESP (to_kernel) or leaves it. */
void data_kernel_socket(const struct udp_socket *s, bool to_kernel, struct log *log);

/* What data tells ike, whoever saw it. */
void data_tell_event(struct channel *ike, const struct esp_event *e);

/* A message of ike about a CHILD SA; of priv: MSG_DATA_XFRM, MSG_DATA_XFRM_MONITOR (k may be NULL:
 * what comes late is dropped). False: it is malformed. */
must_use bool data_kernel_ike_message(struct data_kernel *k, const struct ipc_message *m);
must_use bool data_kernel_priv_message(struct data_kernel *k, const struct ipc_message *m);

/* Before data sleeps: ike is not heard while priv is behind, so that no queue reaches its end.
 * Takes NULL. */
void data_kernel_wait(struct data_kernel *k);

/* Whether there is nothing to count (NULL: there is not); asks for the counters of all. */
bool data_kernel_is_idle(const struct data_kernel *k);
void data_kernel_ask_counters(struct data_kernel *k);

/* Another back end takes over: all tunnels go, and ike hears that their CHILD SAs carry nothing. */
void data_kernel_end(struct data_kernel *k);

#endif
