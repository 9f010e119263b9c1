/* daemon/version.h: the program's version, in one place for the daemon and its client. Kept equal
 * to meson.build's by a test. */
#ifndef DAEMON_VERSION_H
#define DAEMON_VERSION_H

#define SPANWAY_VERSION "0.1.0"

#endif
