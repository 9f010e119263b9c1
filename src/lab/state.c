#include "lab/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"

static const char *const kind_names[] = { "lab", "space", "daemon", "ready" };

/* ---- the folder ------------------------------------------------------------------------------ */

static err_t make_folder(const char *path)
{
    return mkdir(path, 0755) == 0 || errno == EEXIST ? 0 : -errno;
}

static err_t open_journal(struct lab_state *s, int flags)
{
    s->journal = openat(s->folder, "journal", flags | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
    return s->journal < 0 ? -errno : 0;
}

/* The lock is the folder's: when it is removed, nothing of the lock is left. Who waited for it may
 * have that of a folder that is gone. */
static err_t lock_folder(struct lab_state *s)
{
    struct stat mine, there;
    s->folder = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->folder < 0)
        return -errno;
    if (flock(s->folder, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? -EBUSY : -errno;
    if (fstat(s->folder, &mine) != 0 || stat(s->dir, &there) != 0)
        return -errno;
    return mine.st_ino == there.st_ino ? 0 : -ENOENT;
}

err_t lab_state_create(struct lab_state *s, const char *lab)
{
    *s = (struct lab_state){ .folder = -1, .journal = -1 };
    snprintf(s->dir, sizeof(s->dir), LAB_STATE_DIR "/%s", lab);
    err_t err = make_folder("/run/spanway");
    err = err ? err : make_folder(LAB_STATE_DIR);
    if (!err && mkdir(s->dir, 0755) != 0)
        err = -errno;
    if (err)
        return err;
    err = lock_folder(s);
    err = err ? err : open_journal(s, O_CREAT | O_EXCL);
    static const char *const folders[] = { "conf", "run", "log", "setup" };
    for (size_t i = 0; !err && i < ARRAY_LEN(folders); i++) {
        if (mkdirat(s->folder, folders[i], 0755) != 0)
            err = -errno;
    }
    if (err)
        lab_state_close(s);
    return err;
}

err_t lab_state_lock(struct lab_state *s, const char *lab)
{
    *s = (struct lab_state){ .folder = -1, .journal = -1 };
    snprintf(s->dir, sizeof(s->dir), LAB_STATE_DIR "/%s", lab);
    err_t err = lock_folder(s);
    err = err ? err : open_journal(s, O_CREAT);
    if (err)
        lab_state_close(s);
    return err;
}

void lab_state_close(struct lab_state *s)
{
    if (s->journal >= 0)
        close(s->journal);
    if (s->folder >= 0)
        close(s->folder);
    s->journal = s->folder = -1;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    remove(path);
    return 0;
}

void lab_state_remove(struct lab_state *s)
{
    nftw(s->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    rmdir(LAB_STATE_DIR); /* the last one; others' labs keep it */
}

void lab_state_each(void (*each)(void *context, const char *lab), void *context)
{
    DIR *d = opendir(LAB_STATE_DIR);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (lab_name_is_valid(e->d_name))
            each(context, e->d_name);
    }
    if (d)
        closedir(d);
}

/* ---- the journal ----------------------------------------------------------------------------- */

/* Names and paths have no line breaks: they were checked, or are ours. A tab may not be there. */
static bool is_one_line(const char *s)
{
    return !strpbrk(s, "\t\n");
}

err_t lab_state_note(struct lab_state *s, const struct lab_record *r)
{
    char line[LAB_LINE_BYTES_MAX];
    int n = snprintf(line, sizeof(line), "%s\t%s\t%s\t%ld\t%llu\n", kind_names[r->kind], r->name,
                     is_one_line(r->detail) ? r->detail : "?", (long)r->pid,
                     (unsigned long long)r->start);
    if (n < 0 || (size_t)n >= sizeof(line) || !is_one_line(r->name))
        return -EINVAL;
    return write(s->journal, line, (size_t)n) == n ? 0 : -EIO;
}

err_t lab_state_note_self(const char *dir, const char *name)
{
    struct lab_state s = { .folder = -1, .journal = -1 };
    struct lab_record r = { .kind = LAB_RECORD_DAEMON, .pid = getpid() };
    s.folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s.folder < 0)
        return -errno;
    snprintf(r.name, sizeof(r.name), "%s", name);
    snprintf(r.detail, sizeof(r.detail), "%s", name);
    r.start = lab_process_start(r.pid);
    err_t err = open_journal(&s, 0);
    err = err ? err : lab_state_note(&s, &r);
    lab_state_close(&s);
    return err;
}

static void copy(char *to, size_t cap, const char *from)
{
    size_t n = MIN(strlen(from), cap - 1);
    memcpy(to, from, n);
    to[n] = '\0';
}

/* A line that is cut short, by whatever ended its writer, is none. */
static bool parse_line(char *line, struct lab_record *ret)
{
    char *word[5];
    uint64_t pid, start;
    for (size_t i = 0; i < ARRAY_LEN(word); i++) {
        word[i] = line;
        line += strcspn(line, "\t\n");
        if (*line != (i + 1 == ARRAY_LEN(word) ? '\n' : '\t'))
            return false;
        *line++ = '\0';
    }
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
        if (strcmp(kind_names[i], word[0]) != 0)
            continue;
        ret->kind = (enum lab_record_kind)i;
        copy(ret->name, sizeof(ret->name), word[1]);
        copy(ret->detail, sizeof(ret->detail), word[2]);
        if (!number_parse(word[3], INT32_MAX, &pid) || !number_parse(word[4], INT64_MAX, &start))
            return false;
        ret->pid = (pid_t)pid;
        ret->start = start;
        return true;
    }
    return false;
}

static bool add(struct lab_records *to, const struct lab_record *r)
{
    if (to->count == to->cap) {
        uint32_t cap = MAX(to->cap * 2, 64U);
        void *grown = cap <= LAB_RECORDS_MAX
                          ? mem_resize(MEM_MISC, to->items, to->cap * sizeof(*to->items),
                                       cap * sizeof(*to->items))
                          : NULL;
        if (!grown)
            return false;
        to->items = grown;
        to->cap = cap;
    }
    to->items[to->count++] = *r;
    return true;
}

err_t lab_records_read(const char *lab, struct lab_records *ret)
{
    char path[LAB_PATH_MAX], line[LAB_LINE_BYTES_MAX];
    *ret = (struct lab_records){ 0 };
    snprintf(path, sizeof(path), LAB_STATE_DIR "/%s/journal", lab);
    FILE *f = fopen(path, "re");
    if (!f)
        return -errno;
    struct lab_record r;
    err_t err = 0;
    while (!err && fgets(line, sizeof(line), f)) {
        memset(&r, 0, sizeof(r));
        if (parse_line(line, &r) && !add(ret, &r))
            err = -ENOMEM;
    }
    fclose(f);
    if (err)
        lab_records_done(ret);
    return err;
}

void lab_records_done(struct lab_records *r)
{
    mem_free(MEM_MISC, r->items, r->cap * sizeof(*r->items));
    *r = (struct lab_records){ 0 };
}

bool lab_records_ready(const struct lab_records *r)
{
    for (uint32_t i = 0; i < r->count; i++) {
        if (r->items[i].kind == LAB_RECORD_READY)
            return true;
    }
    return false;
}

/* ---- processes ------------------------------------------------------------------------------- */

uint64_t lab_process_start(pid_t pid)
{
    enum { START_FIELD = 20 }; /* after the name, which may hold blanks: field 22 of all */
    char path[64], text[1024];
    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    const char *at = strrchr(text, ')');
    if (!at || at[1] != ' ' || at[2] == 'Z' || at[2] == 'X')
        return 0;
    for (unsigned i = 0; at && i < START_FIELD; i++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at + 1, NULL, 10) : 0;
}

bool lab_process_runs(const struct lab_record *r)
{
    return r->pid > 0 && r->start != 0 && lab_process_start(r->pid) == r->start;
}
