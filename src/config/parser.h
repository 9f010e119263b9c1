/* config/parser.h: what the setters of the rows share while a configuration is read: the model
 * under construction, where we are in the text, how objects are found, how findings are made.
 * Internal to config/. Setters return when memory is short; the parser reports it once. */
#ifndef CONFIG_PARSER_H
#define CONFIG_PARSER_H

#include "config/index.h"
#include "config/table.h"

enum { PARSER_DEPTH_MAX = 6 };

struct parser_frame {
    enum cmd_mode mode;
    uint16_t indent; /* of the line that opened it */
    bool loose;      /* lines that nobody understands belong to it, however they are indented */
};

/* A line that has meaning on some kinds of interface, noted as one without: its interface's kind is
 * known at the end. */
struct parser_maybe {
    uint32_t inert, interface;
    uint8_t flags; /* of ROW_ON_SOME */
};

/* iptables-save text names its table once, above the rules. */
enum parser_table { TABLE_NONE, TABLE_NAT, TABLE_OTHER };

struct parser {
    struct config *c;
    struct diag_list *diags;
    const struct config_options *options;
    const char *file_name;
    enum dialect dialect; /* of the file being read */
    uint16_t file;
    uint32_t line;
    struct lex_line l;
    struct parser_frame stack[PARSER_DEPTH_MAX];
    unsigned depth; /* stack[0] is global */
    struct index index;
    uint32_t objects;     /* made so far: at most CONFIG_OBJECTS_MAX */
    uint64_t scan_budget; /* entries that lookups without an index may still walk over */
    bool full;            /* no memory, or too many objects: reported once */
    bool refused;         /* the setter refused the line: its block is not read */
    /* The objects that the current blocks fill in: indices, since arrays move. */
    uint32_t interface, route_map, route_map_entry, access_list, crypto, crypto_peer;
    unsigned af;
    enum parser_table table;
    bool other_output;       /* after a prompt with another command than show running-config */
    bool timers_said;        /* the last `timers bgp` stands */
    uint32_t bgp_generation; /* of `router bgp`: names of a removed one are not found again */
    const char *banner;      /* what ends the banner being skipped; NULL: none */
    bool certificate;        /* below `certificate`: its bytes may follow */
    char banner_end[2];      /* banner's text where it is a single character */
    uint32_t banner_line;    /* where the banner began */
    CONFIG_LIST(struct parser_maybe) maybe;
};

/* The place of the current line's word. */
struct config_pos parser_at(const struct parser *p, size_t word);

/* Findings about the current line. ids: CFG-UNKNOWN, CFG-VALUE, CFG-UNSUPPORTED, CFG-INCOMPLETE,
 * CFG-AMBIGUOUS, CFG-REFERENCE, CFG-PLACEHOLDER, CFG-LIMIT, CFG-SUSPECT. `word` past the end: the
 * line ended. expected and remedy may be NULL. */
void parser_error(struct parser *p, const char *id, size_t word, const char *what,
                  const char *expected);

/* As parser_error(), but the configuration is still fine. */
void parser_warn(struct parser *p, const char *id, size_t word, const char *what,
                 const char *remedy);

/* A finding at a place, naming an object: "what 'name' more". */
void parser_report(struct parser *p, enum diag_severity severity, const char *id,
                   struct config_pos at, const char *const parts[4]);

/* The same with up to four parts written in place. */
#define REPORT(p, severity, id, at, ...)                                                           \
    parser_report((p), (severity), (id), (at), (const char *const[4]){ __VA_ARGS__ })

/* A word of the line that a setter does not accept: CFG-VALUE "'word' is not EXPECTED". */
void parser_bad(struct parser *p, size_t word, const char *expected);

/* Notes a line without meaning here; what is a secret in it is not kept. */
void parser_inert(struct parser *p, const char *why);

/* Notes a line that was understood and is not applied, as its row says; see ROW_ON_TUNNELS. */
void parser_inert_row(struct parser *p, const struct cmd_row *row);

/* Whether the row is of an interface in a management VRF: its lines are kept, and do nothing. */
bool parser_takes_no_part(const struct parser *p, const struct cmd_row *row);

/* After the last line: what turned out to be applied is not without meaning. */
void parser_inert_finish(struct parser *p);

/* A word, argument i of the row (NULL when absent), the rest of the line from it; borrowed. */
const char *parser_word(const struct parser *p, size_t word);

/* The word of argument i; NULL: it is absent. Borrowed until the next line. */
const char *parser_arg(const struct parser *p, const struct cmd_args *a, unsigned i);

/* The text from argument i to the end of the line as written; NULL: it is absent. */
const char *parser_rest(const struct parser *p, const struct cmd_args *a, unsigned i);

/* Copies into the configuration; NULL without memory. */
const char *parser_keep(struct parser *p, const char *s);

/* The word of argument i as the configuration's own; NULL: absent, or no memory (p->full). */
const char *parser_keep_arg(struct parser *p, const struct cmd_args *a, unsigned i);

/* The rest of the line from argument i as the configuration's own; NULL as above. */
const char *parser_keep_rest(struct parser *p, const struct cmd_args *a, unsigned i);

/* The interface named by argument i, canonical and kept; NULL when absent. */
const char *parser_interface(struct parser *p, const struct cmd_args *a, unsigned i);

/* Arguments that the syntax has already checked. */
struct ip_addr parser_ip(const struct parser *p, const struct cmd_args *a, unsigned i);

/* An address with length; bits beyond it are cleared, with a warning. */
struct prefix parser_net(struct parser *p, const struct cmd_args *a, unsigned i);

/* Address and netmask (or wildcard mask) in two arguments; warns of host bits. */
struct prefix parser_net_mask(struct parser *p, const struct cmd_args *a, unsigned i);

/* The same for Cisco's inverse mask, from the words at `word` on. */
struct prefix parser_net_wildcard(struct parser *p, size_t word);

/* Room for one more element; see LIST_PUSH. */
void *parser_room(struct parser *p, void *v, uint32_t n, uint32_t *cap, size_t size);

/* A pointer to a new zeroed last element, or NULL when the configuration is full. */
#define LIST_PUSH(p, list)                                                                         \
    ((list).v = parser_room((p), (list).v, (list).n, &(list).cap, sizeof(*(list).v)),              \
     (list).n < (list).cap && !(p)->full ? &(list).v[(list).n++] : NULL)

/* Whether a walk over n entries is still within the budget; false has been reported. */
bool parser_may_scan(struct parser *p, uint32_t n);

static inline bool parser_is_ios(const struct parser *p)
{
    return p->dialect == DIALECT_IOS;
}

/* Objects that are removed are marked by line 0 and swept at the end. */
static inline bool config_is_dead(struct config_pos at)
{
    return at.line == 0;
}

/* Removes the elements whose place says that they are gone. */
#define SWEEP(list)                                                                                \
    do {                                                                                           \
        uint32_t kept_ = 0;                                                                        \
        for (uint32_t i_ = 0; i_ < (list).n; i_++) {                                               \
            if (!config_is_dead((list).v[i_].at))                                                  \
                (list).v[kept_++] = (list).v[i_];                                                  \
        }                                                                                          \
        (list).n = kept_;                                                                          \
    } while (0)

/* ---- objects by name (store.c): made when absent unless `make` is false; NULL: none or full ----
 */

/* An interface by its canonical name. */
struct config_interface *store_interface(struct parser *p, const char *name, bool make);

/* Lists by name, in the family or of the kind where names are apart. */
struct config_prefix_list *store_prefix_list(struct parser *p, uint8_t family, const char *name,
                                             bool make);
/* An as-path list. */
struct config_as_path_list *store_as_path_list(struct parser *p, const char *name, bool make);
/* A community list; standard and expanded ones of one attribute share their names. */
struct config_community_list *store_community_list(struct parser *p, const char *name,
                                                   enum config_community_kind kind, bool make);
/* An access list. */
struct config_access_list *store_access_list(struct parser *p, uint8_t family, const char *name,
                                             bool make);

/* An entry of a route map; it becomes the current one. */
struct config_route_map_entry *store_route_map_entry(struct parser *p, const char *name,
                                                     uint32_t seq, bool make);

/* A neighbor by its address in any form, or a group by its name. */
struct config_neighbor *store_neighbor(struct parser *p, const char *name, bool make);

/* `crypto ikev2 proposal`. */
struct config_ikev2_proposal *store_ikev2_proposal(struct parser *p, const char *name, bool make);
/* `crypto ikev2 policy`. */
struct config_ikev2_policy *store_ikev2_policy(struct parser *p, const char *name, bool make);
/* `crypto ikev2 keyring`. */
struct config_ikev2_keyring *store_ikev2_keyring(struct parser *p, const char *name, bool make);
/* `crypto ikev2 profile`. */
struct config_ikev2_profile *store_ikev2_profile(struct parser *p, const char *name, bool make);
/* `crypto ipsec transform-set`. */
struct config_transform_set *store_transform_set(struct parser *p, const char *name, bool make);
/* `crypto ipsec profile`. */
struct config_ipsec_profile *store_ipsec_profile(struct parser *p, const char *name, bool make);
/* `crypto pki trustpoint`. */
struct config_trustpoint *store_trustpoint(struct parser *p, const char *name, bool make);

/* A peer of the keyring with this index. */
struct config_ikev2_peer *store_ikev2_peer(struct parser *p, uint32_t keyring, const char *name,
                                           bool make);
/* The owner of the names of a keyring's peers in the parser's index. */
uint32_t store_peer_owner(uint32_t keyring);

/* A crypto object that is kept as words, by kind and name. */
struct config_crypto *store_crypto(struct parser *p, enum config_crypto_kind kind, const char *name,
                                   bool make);

/* Forgets a name, so that the same name makes a new object. */
void store_forget(struct parser *p, enum index_kind kind, uint32_t owner, const char *name);

/* The next sequence number of a list: the next multiple of 5 (10 for access lists of IOS). */
uint32_t store_next_seq(struct parser *p, enum index_kind kind, uint32_t list, uint32_t step);

/* A number was used: the next one that the list gives by itself is above it. */
void store_note_seq(struct parser *p, enum index_kind kind, uint32_t list, uint32_t seq);

/* ---- the steps of a parse -------------------------------------------------------------------- */

/* Prompts, preambles, fences, banners: no commands (read/capture.c). True: done with. */
bool capture_line(struct parser *p);
/* After the last line of a file: an error if a banner is still open. */
void capture_end(struct parser *p);

/* iptables and iptables-save lines (read/iptables.c). True: it was one. */
bool iptables_line(struct parser *p);

/* The dialect of a text (read/detect.c); DIALECT_UNKNOWN when nothing tells. */
enum dialect detect_dialect(struct lex_line *scratch, const char *text, size_t len);

/* Sweeps, sorts, fills in what is not said (finish.c); NAT lists into rules (nat_expand.c);
 * what does not fit together (check.c). */
void finish_config(struct parser *p);

/* nat_expand.c: NAT lists and their access lists become c->nat_rules. */
void nat_expand(struct parser *p);

/* check.c: references to nothing, neighbors without an AS, RFC 8212. */
void check_config(struct parser *p);

/* Sweeps IKEv2 and IPsec (crypto/finish.c). */
void finish_crypto(struct config *c);
/* Resolves the tunnels and says what they lack (crypto/resolve.c). */
void crypto_resolve(struct parser *p);
/* Says what is suspicious about them (crypto/check.c). */
void check_crypto(struct parser *p);

/* Drops the neighbors that the checks found to have no AS: no session can be made of them. */
void finish_neighbors(struct parser *p);

#endif
