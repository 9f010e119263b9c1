/* config/table.h: the command table. One row is one command: the row alone gives the parser, the
 * `no` form, abbreviation, messages and the reference page. To add a command, add one row to the
 * rows/ file of its topic (and print what it sets in print/).
 *
 * Syntax of a row: words are keywords (any unique beginning will do); <type> is an argument (the
 * types stand in read/match.c, <1-255> is a number); {a|b} one of the keywords; [...] optional;
 * ([...] [...]) optional parts in any order. Arguments are numbered from 0 in the order of '<', '{'
 * and '[' in the text: a setter asks for argument i, and an option is an argument too (present).
 * `no` in front matches the same row; it may stop before trailing arguments. */
#ifndef CONFIG_TABLE_H
#define CONFIG_TABLE_H

#include "config/lex.h"

enum { IN_FRR = 1, IN_IOS = 2, IN_BOTH = 3 };

enum cmd_mode {
    MODE_GLOBAL,
    MODE_INTERFACE,
    MODE_BGP,
    MODE_BGP_AF,
    MODE_ROUTE_MAP,
    MODE_ACCESS_LIST,
    MODE_IKEV2_PROPOSAL,
    MODE_IKEV2_POLICY,
    MODE_IKEV2_KEYRING,
    MODE_IKEV2_PEER,
    MODE_IKEV2_PROFILE,
    MODE_TRANSFORM_SET,
    MODE_IPSEC_PROFILE,
    MODE_TRUSTPOINT,
    MODE_ISAKMP_POLICY,
    MODE_KEYRING,
    MODE_ISAKMP_PROFILE,
    MODE_CRYPTO_MAP,
    MODE_TRACK,
    MODE_LINE,
    MODE_INERT, /* lines below a head without meaning here: swallowed while they are indented */
    MODE_LOST,  /* lines below a head that was refused: swallowed, the head is the finding */
    MODE_COUNT
};

/* Where a mode stands: its name in messages and documents, and the mode around it. */
struct cmd_mode_info {
    const char *name;
    enum cmd_mode parent;
};
/* Never NULL: every mode has a name and a parent. */
const struct cmd_mode_info *cmd_mode_info(enum cmd_mode mode);

enum { CMD_ARGS_MAX = 24 };

struct cmd_arg {
    bool present;
    uint16_t word;   /* the first word of the line that belongs to it */
    uint32_t number; /* of a number or an AS; of {a|b}: which, from 0 */
};

struct cmd_row;
struct cmd_args {
    const struct cmd_row *row;
    bool no;
    bool abbreviated; /* some keyword was not written out */
    struct cmd_arg v[CMD_ARGS_MAX];
};

struct parser;
typedef void cmd_setter(struct parser *p, const struct cmd_args *a);

enum {
    ROW_NO_ONLY = 1, /* exists only behind `no` */
    ROW_NO_NO = 2,   /* has no `no` form */
    ROW_OPEN = 4,    /* further words may follow; its keywords are not abbreviated */
    ROW_REFUSED = 8, /* known, but not supported: `why` says what is missing. A setter, where there
                        is one, notes it, so that nothing is found wrong twice */
    ROW_NAMED = 16,  /* its first value names an object: `no` cannot leave that out */
    ROW_ON_TUNNELS = 32, /* of an interface: applied on IPsec tunnels; on others `why` holds */
    ROW_ON_VXLANS = 64,  /* the same of VXLAN interfaces */
    ROW_ON_LINKS = 128,  /* and of devices that the host has, but for loopbacks */
    ROW_ON_SOME = ROW_ON_TUNNELS | ROW_ON_VXLANS | ROW_ON_LINKS,
};

struct cmd_row {
    const char *syntax;
    const char *help;
    cmd_setter *set; /* NULL: without meaning here (or refused), and `why` says why */
    const char *why; /* beside a setter, and not refused: kept for printing and conversion, and
                        without meaning here */
    uint32_t arg;     /* for the setter: an offset or an enum value, so that rows share setters */
    uint8_t dialects; /* IN_FRR, IN_IOS, IN_BOTH */
    uint8_t mode;     /* enum cmd_mode */
    uint8_t enters;   /* the mode that follows; 0: none */
    uint8_t flags;    /* ROW_* */
};

struct cmd_rows {
    const char *title; /* of the chapter in the reference */
    const struct cmd_row *v;
    size_t n;
};

/* All rows, chapter by chapter. */
const struct cmd_rows *const *cmd_table(size_t *ret_chapters);

extern const struct cmd_rows cmd_rows_system, cmd_rows_interface, cmd_rows_static, cmd_rows_lists,
    cmd_rows_route_map, cmd_rows_bgp, cmd_rows_neighbor, cmd_rows_neighbor_af, cmd_rows_nat,
    cmd_rows_crypto, cmd_rows_ipsec, cmd_rows_isakmp, cmd_rows_inert, cmd_rows_refused;

/* ---- matching a line against rows ------------------------------------------------------------ */

enum { MATCH_EXPECTED_MAX = 128, MATCH_TEXT_MAX = 192 };

/* Where the best rows stopped understanding the line. */
struct cmd_failure {
    size_t word; /* the offending word; the line's count: it ended early */
    bool value;  /* a row fitted but for this word's value */
    const char *expected[MATCH_EXPECTED_MAX]; /* into the rows' syntax */
    size_t n;
};

enum cmd_verdict { CMD_NONE, CMD_FOUND, CMD_AMBIGUOUS };

/* Finds the row of the mode (MODE_COUNT: of any) and dialect mask that the whole line fits.
 * On CMD_NONE *failure is the furthest of it and what it was before; start with a zeroed one. */
enum cmd_verdict cmd_match(const struct lex_line *l, enum cmd_mode mode, unsigned dialect_mask,
                           struct cmd_args *ret_args, struct cmd_failure *failure);

/* The text of a syntax element for people: "a number from 1 to 255", "'remote-as'". */
void cmd_element_text(struct text *t, const char *element);

/* The keyword of the table nearest to a word among those expected, or among the first keywords of
 * the modes from `mode` outwards; NULL when none is near. *ret_len is its length. */
const char *cmd_nearest(const char *word, const struct cmd_failure *failure, enum cmd_mode mode,
                        unsigned dialect_mask, size_t *ret_len);

/* The canonical name of an interface in `words` words from `word`; 0 words: it is not one. */
size_t cmd_interface_name(const struct lex_line *l, size_t word, bool ios, struct text *ret_name);

#endif
