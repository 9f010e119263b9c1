/* os/log.h: one structured line an event on standard error: time, process, level, text. Under
 * systemd's journal the time is left out and the level is a `<n>` prefix. What is not printable is
 * escaped, so that no peer can write a line of its own. A reader that does not keep up loses lines
 * (counted, said later) instead of stopping the caller. One thread. */
#ifndef OS_LOG_H
#define OS_LOG_H

#include "base/base.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum { LOG_TEXT_MAX = 2048 };

struct log {
    const char *process; /* "priv", "core": borrowed */
    enum log_level level; /* lines beyond it are dropped */
    bool journal;
    int fd;
    uint32_t lost;
};

/* A log of a process on standard error. */
void log_init(struct log *l, const char *process, enum log_level level);

/* Writes one line, formatted. */
void log_line(struct log *l, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The level of a word ("error", "warning", "info", "debug"); false: no such word. */
must_use bool log_level_parse(const char *word, enum log_level *ret_level);

/* "error", "warning", "info" or "debug". */
const char *log_level_name(enum log_level level);

#endif
