/* lang/json.h: writing JSON piece by piece, so that a list of any length needs no tree in memory:
 *     struct lang_json j = lang_json_to_text(&text, 2);
 *     lang_json_object(&j);
 *     lang_json_key(&j, "routes");
 *     lang_json_array(&j);
 *     ... lang_json_str(&j, "10.0.0.0/16"); ...
 *     lang_json_close(&j);
 *     lang_json_close(&j);
 *     bool whole = lang_json_done(&j);
 * Commas, newlines and escapes are the writer's. Text is untrusted: what is no UTF-8 becomes
 * U+FFFD; controls and line separators are escaped, so that the output is safe on a terminal, in
 * JavaScript, and for lang_yaml_parse(), which reads it back. Calls in a wrong order (a value
 * without its key, a key in an array) are our own bugs and assert. No allocation. */
#ifndef LANG_JSON_H
#define LANG_JSON_H

#include "base/base.h"
#include "base/text.h"

/* Deeper output than this nobody reads; deeper is a bug of ours. */
enum { LANG_JSON_DEPTH_MAX = 32, LANG_JSON_BUFFER_BYTES = 512 };

/* Takes the next n bytes of output; false stops it for good. */
typedef bool (*lang_json_sink)(void *context, const char *bytes, size_t n);

struct lang_json {
    lang_json_sink sink;
    void *context;
    uint8_t indent; /* blanks a level; 0: everything on one line */
    uint8_t depth;
    bool failed; /* the sink took no more */
    bool has_key, has_value;
    uint32_t objects; /* bit n: level n is an object */
    uint32_t filled;  /* bit n: level n has a member */
    uint16_t used;
    char buffer[LANG_JSON_BUFFER_BYTES];
};
static_assert(LANG_JSON_DEPTH_MAX <= 32, "a bit of objects and filled for each level");

/* A writer that hands its output to a sink in pieces. */
struct lang_json lang_json_to_sink(lang_json_sink sink, void *context, uint8_t indent);

/* A writer that appends to a text; what does not fit sets the text's cut and fails the writer. */
struct lang_json lang_json_to_text(struct text *t, uint8_t indent);

/* Begins an object or an array, which lang_json_close() ends. */
void lang_json_object(struct lang_json *j);
void lang_json_array(struct lang_json *j);

/* Ends the innermost object or array. */
void lang_json_close(struct lang_json *j);

/* The key of the object's next member; its value follows. */
void lang_json_key(struct lang_json *j, const char *key);

/* One value: text, the first len bytes of text, numbers, true or false, null. */
void lang_json_str(struct lang_json *j, const char *s);
void lang_json_strn(struct lang_json *j, const char *s, size_t len);
void lang_json_u64(struct lang_json *j, uint64_t v);
void lang_json_i64(struct lang_json *j, int64_t v);
void lang_json_bool(struct lang_json *j, bool v);
void lang_json_null(struct lang_json *j);

/* A number of v units of 10^-digits (digits <= 18): 1250, 3 is 1.250. JSON has no rounding. */
void lang_json_fixed(struct lang_json *j, int64_t v, uint8_t digits);

/* A member of the object: key and value in one. */
void lang_json_member_str(struct lang_json *j, const char *key, const char *s);
void lang_json_member_u64(struct lang_json *j, const char *key, uint64_t v);
void lang_json_member_bool(struct lang_json *j, const char *key, bool v);

/* Hands on what is still held. True: one whole value was written, and all of it taken. */
must_use bool lang_json_done(struct lang_json *j);

#endif
