/* spanwayd: one binary, executed again for each of its processes. */
#include "daemon/roles.h"

int main(int argc, char *argv[])
{
    struct options o;
    switch (options_parse(argc, argv, &o)) {
    case OPTIONS_DONE:
        return 0;
    case OPTIONS_WRONG:
        return 2;
    case OPTIONS_RUN:
        break;
    }
    switch (o.role) {
    case ROLE_PRIV:
        return priv_main(&o);
    case ROLE_CONF:
        return conf_main(&o);
    case ROLE_CORE:
        return core_main(&o);
    case ROLE_CTL:
        return ctl_main(&o);
    case ROLE_KEYS:
        return keys_main(&o);
    case ROLE_IKE:
        return ike_main(&o);
    case ROLE_DATA:
        return data_main(&o);
    case ROLE_COUNT:
        break;
    }
    return 2;
}
