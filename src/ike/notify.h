/* ike/notify.h: notify message types by their IANA numbers and names (RFC 7296 3.10.1 and the
 * extensions that peers are seen to use). Constant data. */
#ifndef IKE_NOTIFY_H
#define IKE_NOTIFY_H

#include "base/text.h"

/* X(number, name): errors below 16384, status types from there on. */
#define IKE_NOTIFIES(X)                                                                            \
    X(1, UNSUPPORTED_CRITICAL_PAYLOAD)                                                             \
    X(4, INVALID_IKE_SPI)                                                                          \
    X(5, INVALID_MAJOR_VERSION)                                                                    \
    X(7, INVALID_SYNTAX)                                                                           \
    X(9, INVALID_MESSAGE_ID)                                                                       \
    X(11, INVALID_SPI)                                                                             \
    X(14, NO_PROPOSAL_CHOSEN)                                                                      \
    X(17, INVALID_KE_PAYLOAD)                                                                      \
    X(24, AUTHENTICATION_FAILED)                                                                   \
    X(34, SINGLE_PAIR_REQUIRED)                                                                    \
    X(35, NO_ADDITIONAL_SAS)                                                                       \
    X(36, INTERNAL_ADDRESS_FAILURE)                                                                \
    X(37, FAILED_CP_REQUIRED)                                                                      \
    X(38, TS_UNACCEPTABLE)                                                                         \
    X(39, INVALID_SELECTORS)                                                                       \
    X(40, UNACCEPTABLE_ADDRESSES)                                                                  \
    X(41, UNEXPECTED_NAT_DETECTED)                                                                 \
    X(42, USE_ASSIGNED_HOA)                                                                        \
    X(43, TEMPORARY_FAILURE)                                                                       \
    X(44, CHILD_SA_NOT_FOUND)                                                                      \
    X(45, INVALID_GROUP_ID)                                                                        \
    X(46, AUTHORIZATION_FAILED)                                                                    \
    X(47, STATE_NOT_FOUND)                                                                         \
    X(48, TS_MAX_QUEUE)                                                                            \
    X(16384, INITIAL_CONTACT)                                                                      \
    X(16385, SET_WINDOW_SIZE)                                                                      \
    X(16386, ADDITIONAL_TS_POSSIBLE)                                                               \
    X(16387, IPCOMP_SUPPORTED)                                                                     \
    X(16388, NAT_DETECTION_SOURCE_IP)                                                              \
    X(16389, NAT_DETECTION_DESTINATION_IP)                                                         \
    X(16390, COOKIE)                                                                               \
    X(16391, USE_TRANSPORT_MODE)                                                                   \
    X(16392, HTTP_CERT_LOOKUP_SUPPORTED)                                                           \
    X(16393, REKEY_SA)                                                                             \
    X(16394, ESP_TFC_PADDING_NOT_SUPPORTED)                                                        \
    X(16395, NON_FIRST_FRAGMENTS_ALSO)                                                             \
    X(16396, MOBIKE_SUPPORTED)                                                                     \
    X(16397, ADDITIONAL_IP4_ADDRESS)                                                               \
    X(16398, ADDITIONAL_IP6_ADDRESS)                                                               \
    X(16399, NO_ADDITIONAL_ADDRESSES)                                                              \
    X(16400, UPDATE_SA_ADDRESSES)                                                                  \
    X(16401, COOKIE2)                                                                              \
    X(16402, NO_NATS_ALLOWED)                                                                      \
    X(16403, AUTH_LIFETIME)                                                                        \
    X(16404, MULTIPLE_AUTH_SUPPORTED)                                                              \
    X(16405, ANOTHER_AUTH_FOLLOWS)                                                                 \
    X(16406, REDIRECT_SUPPORTED)                                                                   \
    X(16407, REDIRECT)                                                                             \
    X(16408, REDIRECTED_FROM)                                                                      \
    X(16409, TICKET_LT_OPAQUE)                                                                     \
    X(16410, TICKET_REQUEST)                                                                       \
    X(16411, TICKET_ACK)                                                                           \
    X(16412, TICKET_NACK)                                                                          \
    X(16413, TICKET_OPAQUE)                                                                        \
    X(16414, LINK_ID)                                                                              \
    X(16415, USE_WESP_MODE)                                                                        \
    X(16416, ROHC_SUPPORTED)                                                                       \
    X(16417, EAP_ONLY_AUTHENTICATION)                                                              \
    X(16418, CHILDLESS_IKEV2_SUPPORTED)                                                            \
    X(16419, QUICK_CRASH_DETECTION)                                                                \
    X(16420, IKEV2_MESSAGE_ID_SYNC_SUPPORTED)                                                      \
    X(16421, IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED)                                                  \
    X(16422, IKEV2_MESSAGE_ID_SYNC)                                                                \
    X(16423, IPSEC_REPLAY_COUNTER_SYNC)                                                            \
    X(16424, SECURE_PASSWORD_METHODS)                                                              \
    X(16425, PSK_PERSIST)                                                                          \
    X(16426, PSK_CONFIRM)                                                                          \
    X(16427, ERX_SUPPORTED)                                                                        \
    X(16428, IFOM_CAPABILITY)                                                                      \
    X(16429, SENDER_REQUEST_ID)                                                                    \
    X(16430, IKEV2_FRAGMENTATION_SUPPORTED)                                                        \
    X(16431, SIGNATURE_HASH_ALGORITHMS)                                                            \
    X(16432, CLONE_IKE_SA_SUPPORTED)                                                               \
    X(16433, CLONE_IKE_SA)                                                                         \
    X(16434, PUZZLE)                                                                               \
    X(16435, USE_PPK)                                                                              \
    X(16436, PPK_IDENTITY)                                                                         \
    X(16437, NO_PPK_AUTH)                                                                          \
    X(16438, INTERMEDIATE_EXCHANGE_SUPPORTED)                                                      \
    X(16439, IP4_ALLOWED)                                                                          \
    X(16440, IP6_ALLOWED)                                                                          \
    X(16441, ADDITIONAL_KEY_EXCHANGE)                                                              \
    X(16442, USE_AGGFRAG)                                                                          \
    X(16443, SUPPORTED_AUTH_METHODS)                                                               \
    X(16444, SA_RESOURCE_INFO)                                                                     \
    X(16445, USE_PPK_INT)                                                                          \
    X(16446, PPK_IDENTITY_KEY)

enum ike_notify_type {
    IKE_N_NONE = 0,
#define X(number, name) IKE_N_##name = number,
    IKE_NOTIFIES(X)
#undef X
};

enum { IKE_N_STATUS_MIN = 16384 };

/* The name as IANA has it; NULL: unknown. */
const char *ike_notify_name(uint16_t type);
/* The name, or "notify 40961". */
void text_ike_notify(struct text *t, uint16_t type);

#endif
