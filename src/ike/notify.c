#include "ike/notify.h"

static const struct {
    uint16_t number;
    const char *name;
} notifies[] = {
#define X(number_, name_) { number_, #name_ },
    IKE_NOTIFIES(X)
#undef X
};

const char *ike_notify_name(uint16_t type)
{
    for (size_t i = 0; i < ARRAY_LEN(notifies); i++)
        if (notifies[i].number == type)
            return notifies[i].name;
    return NULL;
}

void text_ike_notify(struct text *t, uint16_t type)
{
    const char *name = ike_notify_name(type);
    if (name) {
        text_str(t, name);
    } else {
        text_str(t, "notify ");
        text_u64(t, type);
    }
}
