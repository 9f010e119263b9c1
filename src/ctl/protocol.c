#include "ctl/protocol.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static bool take_layout(const char *word, enum dialect *ret_layout)
{
    if (strcmp(word, "frr") == 0)
        *ret_layout = DIALECT_FRR;
    else if (strcmp(word, "ios") == 0)
        *ret_layout = DIALECT_IOS;
    else
        return false;
    return true;
}

static const char *take_request(json_t *root, struct ctl_request_text *r)
{
    const char *command = json_string_value(json_object_get(root, "command"));
    json_t *layout = json_object_get(root, "layout");
    if (!command)
        return "a request is an object with the string \"command\"";
    if (strlen(command) >= sizeof(r->line))
        return "the command is too long";
    memcpy(r->line, command, strlen(command) + 1);
    r->layout = DIALECT_UNKNOWN;
    if (layout && (!json_is_string(layout) || !take_layout(json_string_value(layout), &r->layout)))
        return "\"layout\" is \"frr\" or \"ios\"";
    return NULL;
}

void ctl_protocol_init(void) { json_object_seed(0); }

bool ctl_request_decode(const char *bytes, size_t len, struct ctl_request_text *ret_request,
                        const char **ret_why)
{
    json_t *root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
    const char *why = root ? take_request(root, ret_request) : "the request is not JSON";
    json_decref(root);
    if (why)
        *ret_why = why;
    return !why;
}

size_t ctl_request_encode(const struct ctl_request *request, char *buf, size_t cap)
{
    json_t *root = json_pack("{s:s}", "command", request->line);
    if (!root)
        return 0;
    size_t len = 0;
    if (request->layout == DIALECT_UNKNOWN ||
        json_object_set_new(root, "layout",
                            json_string(request->layout == DIALECT_FRR ? "frr" : "ios")) == 0)
        len = json_dumpb(root, buf, cap, JSON_COMPACT);
    json_decref(root);
    if (len == 0 || len >= cap)
        return 0;
    buf[len++] = '\n';
    return len;
}

size_t ctl_header_encode(int status, uint64_t bytes, char *buf, size_t cap)
{
    int n = snprintf(buf, cap, "{\"status\":%d,\"bytes\":%llu}\n", status,
                     (unsigned long long)bytes);
    return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

bool ctl_header_decode(const char *bytes, size_t len, int *ret_status, uint64_t *ret_bytes)
{
    json_t *root = json_loadb(bytes, len, 0, NULL);
    json_t *status = json_object_get(root, "status"), *size = json_object_get(root, "bytes");
    bool fine = json_is_integer(status) && json_is_integer(size) &&
                json_integer_value(status) >= 0 && json_integer_value(status) <= 255 &&
                json_integer_value(size) >= 0;
    if (fine) {
        *ret_status = (int)json_integer_value(status);
        *ret_bytes = (uint64_t)json_integer_value(size);
    }
    json_decref(root);
    return fine;
}
