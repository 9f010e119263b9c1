#include "os/log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

static const char *const level_names[] = {
    [LOG_LEVEL_ERROR] = "error",
    [LOG_LEVEL_WARNING] = "warning",
    [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_DEBUG] = "debug",
};

/* syslog(3) priorities, which the journal reads from the prefix. */
static const char *const level_prefixes[] = {
    [LOG_LEVEL_ERROR] = "<3>",
    [LOG_LEVEL_WARNING] = "<4>",
    [LOG_LEVEL_INFO] = "<6>",
    [LOG_LEVEL_DEBUG] = "<7>",
};

const char *log_level_name(enum log_level level) { return level_names[level]; }

bool log_level_parse(const char *word, enum log_level *ret_level)
{
    for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
        if (strcmp(word, level_names[i]) == 0) {
            *ret_level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

void log_init(struct log *l, const char *process, enum log_level level)
{
    *l = (struct log){ .process = process, .level = level, .fd = STDERR_FILENO };
    l->journal = getenv("JOURNAL_STREAM") != NULL;
}

static void put_number(struct text *t, uint64_t v, size_t digits)
{
    char s[8];
    for (size_t i = digits; i > 0; i--, v /= 10)
        s[i - 1] = (char)('0' + v % 10);
    text_bytes(t, s, digits);
}

/* Days since 1970 to year, month, day of the proleptic Gregorian calendar. libc's gmtime_r() opens
 * the time zone's file, which no sandbox of ours allows. */
static void put_date(struct text *t, uint64_t days)
{
    uint64_t z = days + 719468; /* since 0000-03-01: leap days end their years */
    uint64_t era = z / 146097, day = z % 146097;
    uint64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    uint64_t of_year = day - (365 * year + year / 4 - year / 100);
    uint64_t month = (5 * of_year + 2) / 153;
    put_number(t, year + era * 400 + (month >= 10), 4);
    text_char(t, '-');
    put_number(t, month < 10 ? month + 3 : month - 9, 2);
    text_char(t, '-');
    put_number(t, of_year - (153 * month + 2) / 5 + 1, 2);
}

static void put_time(struct text *t)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t s = (uint64_t)now.tv_sec;
    put_date(t, s / 86400);
    text_char(t, 'T');
    put_number(t, s / 3600 % 24, 2);
    text_char(t, ':');
    put_number(t, s / 60 % 60, 2);
    text_char(t, ':');
    put_number(t, s % 60, 2);
    text_char(t, '.');
    put_number(t, (uint64_t)(now.tv_nsec / NS_PER_MS), 3);
    text_str(t, "Z ");
}

static void put_escaped(struct text *t, const char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c >= 0x20 && c != 0x7f) {
            text_char(t, *s);
        } else {
            text_str(t, "\\x");
            text_hex(t, &c, 1);
        }
    }
}

static bool write_line(struct log *l, enum log_level level, const char *message)
{
    char line[LOG_TEXT_MAX * 2];
    struct text t = text_init(line, sizeof(line) - 1);
    if (l->journal)
        text_str(&t, level_prefixes[level]);
    else
        put_time(&t);
    text_str(&t, l->process);
    text_char(&t, ' ');
    text_str(&t, level_names[level]);
    text_str(&t, ": ");
    put_escaped(&t, message);
    line[t.len] = '\n';

    struct pollfd p = { .fd = l->fd, .events = POLLOUT };
    if (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT))
        return false;
    return write(l->fd, line, t.len + 1) > 0;
}

void log_line(struct log *l, enum log_level level, const char *format, ...)
{
    if (level > l->level)
        return;
    char message[LOG_TEXT_MAX];
    if (l->lost) {
        snprintf(message, sizeof(message), "%u lines lost: the log's reader did not keep up",
                 l->lost);
        if (!write_line(l, LOG_LEVEL_WARNING, message)) {
            l->lost++;
            return;
        }
        l->lost = 0;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    if (!write_line(l, level, message))
        l->lost++;
}
