/* lang/escape.h: untrusted text on its way out: onto a terminal, into XML. The sink takes the bytes
 * in pieces; what is no UTF-8 becomes visible. No allocation. */
#ifndef LANG_ESCAPE_H
#define LANG_ESCAPE_H

#include "lang/json.h"

/* What a terminal might obey is written as \xNN. False: the sink took no more. */
must_use bool lang_put_safe(lang_json_sink sink, void *context, const char *s);

/* Text of an element or an attribute of XML 1.0, which has no place for controls. */
must_use bool lang_put_xml(lang_json_sink sink, void *context, const char *s);

#endif
