/*
 * segment.c - segment files: names, making, finding the next, removing.
 *
 * A segment appears under its name by rename, complete and synced. Its header
 * says which segment it follows and where that one ends: this is the only place
 * where an end is recorded, and so sealing, truncating and giving up after a
 * failed sync are all the same step.
 */
#include "digest.h"
#include "error.h"
#include "internal.h"
#include "timestamp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NUMBER_DIGITS 16

void segment_name(uint64_t segment, char out[LOG_NAME_BYTES])
{
    snprintf(out, LOG_NAME_BYTES, "%016" PRIu64 ".log", segment);
}

bool segment_number(const char *name, uint64_t *out)
{
    uint64_t number = 0;
    for (int i = 0; i < NUMBER_DIGITS; i++) {
        if (name[i] < '0' || name[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(name[i] - '0');
    }
    if (strcmp(name + NUMBER_DIGITS, ".log") != 0 || number == 0)
        return false;
    *out = number;
    return true;
}

int segment_errno(const struct log *log, uint64_t segment, int errno_value, const char *action,
                  aw_error *err)
{
    char name[LOG_NAME_BYTES], path[LOG_PATH_BYTES + LOG_NAME_BYTES];
    segment_name(segment, name);
    snprintf(path, sizeof path, "%s/%s", log->dir, name);
    return error_errno(err, errno_value, action, path);
}

ssize_t read_at(int fd, void *bytes, size_t len, uint64_t offset)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(fd, (char *)bytes + done, len - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

int write_at(int fd, const void *bytes, size_t len, uint64_t offset)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = pwrite(fd, (const char *)bytes + done, len - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : EIO;
        done += (size_t)n;
    }
    return 0;
}

int zero_at(int fd, uint64_t from, uint64_t to)
{
    static const char zeros[4096];
    while (from < to) {
        size_t len = to - from < sizeof zeros ? (size_t)(to - from) : sizeof zeros;
        int rc = write_at(fd, zeros, len, from);
        if (rc != 0)
            return rc;
        from += len;
    }
    return 0;
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

int segment_list(const struct log *log, uint64_t **out, size_t *out_count, aw_error *err)
{
    uint64_t *list = NULL;
    size_t count = 0, capacity = 0;
    int rc = AW_OK, fd = openat(log->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        rc = error_errno(err, errno, "read the directory", log->dir);
        if (fd >= 0)
            close(fd);
        return rc;
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        uint64_t number;
        if (!segment_number(entry->d_name, &number))
            continue;
        if (count == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            uint64_t *more = realloc(list, capacity * sizeof *list);
            if (!more) {
                rc = error_nomem(err, log->dir);
                goto out;
            }
            list = more;
        }
        list[count++] = number;
    }
    if (count > 1)
        qsort(list, count, sizeof *list, compare_numbers);
    *out = list;
    *out_count = count;
    list = NULL;
out:
    free(list);
    closedir(dir);
    return rc;
}

int segment_open(const struct log *log, uint64_t segment, int flags)
{
    char name[LOG_NAME_BYTES];
    segment_name(segment, name);
    return openat(log->dir_fd, name, flags | O_CLOEXEC);
}

int segment_read_info(int fd, uint64_t segment, struct segment_info *out, uint64_t *bad_at,
                      enum segment_state *out_state)
{
    uint8_t bytes[SEGMENT_DATA_AT] = {0};
    if (read_at(fd, bytes, sizeof bytes, 0) < 0)
        return errno;
    enum segment_state state = segment_decode(bytes, out, bad_at);
    if ((state == SEGMENT_OK || state == SEGMENT_ONE_COPY) && out->segment != segment)
        state = SEGMENT_DAMAGED;
    *out_state = state;
    return 0;
}

int segment_version(const struct log *log, uint64_t segment, aw_error *err)
{
    return error_set(err, AW_EVERSION, log->dir, "segment %" PRIu64 " was written by another version of "
                     "Afterword (this one knows format %u); install that version again", segment,
                     FORMAT_VERSION);
}

/* fallocate where the file system can; a full disk shows here, not in an append. */
static int preallocate(int fd, uint64_t size)
{
    if (fallocate(fd, 0, 0, (off_t)size) == 0)
        return 0;
    if (errno != EOPNOTSUPP && errno != ENOSYS)
        return errno;
    return ftruncate(fd, (off_t)size) == 0 ? 0 : errno;
}

static int fill_new(int fd, const struct segment_info *info, uint64_t size)
{
    uint8_t header[SEGMENT_DATA_AT];
    segment_encode(info, header);
    fchmod(fd, LOG_FILE_MODE); /* the umask must not keep the group out */
    int rc = preallocate(fd, size);
    if (rc == 0)
        rc = write_at(fd, header, sizeof header, 0);
    if (rc == 0 && fsync(fd) != 0)
        rc = errno;
    return rc;
}

int segment_create(struct log *log, const struct segment_info *info, uint64_t size, int *out_fd,
                   aw_error *err)
{
    char name[LOG_NAME_BYTES], making[LOG_NAME_BYTES + 8];
    segment_name(info->segment, name);
    snprintf(making, sizeof making, "%s.new", name);
    /* A leftover of a killed process may belong to another user and be read by nobody: replace it. */
    if (unlinkat(log->dir_fd, making, 0) != 0 && errno != ENOENT)
        return segment_errno(log, info->segment, errno, "make", err);
    int fd = openat(log->dir_fd, making, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, LOG_FILE_MODE);
    if (fd < 0)
        return segment_errno(log, info->segment, errno, "make", err);
    int rc = fill_new(fd, info, size);
    if (rc == 0 && renameat(log->dir_fd, making, log->dir_fd, name) != 0)
        rc = errno;
    if (rc == 0 && fsync(log->dir_fd) != 0)
        rc = errno;
    if (rc != 0) {
        close(fd);
        unlinkat(log->dir_fd, making, 0);
        return segment_errno(log, info->segment, rc, "make", err);
    }
    *out_fd = fd;
    return AW_OK;
}

int segment_remove(struct log *log, uint64_t segment, aw_error *err)
{
    char name[LOG_NAME_BYTES];
    segment_name(segment, name);
    if (unlinkat(log->dir_fd, name, 0) != 0 && errno != ENOENT)
        return segment_errno(log, segment, errno, "remove", err);
    return AW_OK;
}

uint64_t segment_next(const struct log *log, uint64_t after, uint64_t last)
{
    for (uint64_t number = after + 1; number <= last; number++) {
        char name[LOG_NAME_BYTES];
        segment_name(number, name);
        if (faccessat(log->dir_fd, name, F_OK, 0) == 0)
            return number;
    }
    return 0;
}

/* What segment `number` says it follows; number - 1 if its header is lost. A header that cannot be
 * read now is not a lost one. 0 or errno. */
static int previous_of(const struct log *log, uint64_t number, uint64_t *bytes, uint64_t *out)
{
    struct segment_info info;
    enum segment_state state = SEGMENT_DAMAGED;
    struct stat st;
    int fd = segment_open(log, number, O_RDONLY);
    if (fd < 0)
        return errno;
    int rc = fstat(fd, &st) == 0 ? segment_read_info(fd, number, &info, NULL, &state) : errno;
    close(fd);
    if (rc != 0)
        return rc;
    bool known = (state == SEGMENT_OK || state == SEGMENT_ONE_COPY) && info.prev_segment < number;
    *bytes += (uint64_t)st.st_size;
    *out = known ? info.prev_segment : number - 1;
    return 0;
}

int segment_settle(struct log *log, uint64_t newest, uint64_t *out_begin, uint64_t *out_bytes,
                   aw_error *err)
{
    uint64_t *list = NULL, bytes = 0, begin = newest, previous = newest;
    size_t count = 0, removed = 0;
    int rc = segment_list(log, &list, &count, err);
    for (size_t i = count; i-- > 0 && rc == AW_OK;) {
        if (list[i] > newest || list[i] > previous) {
            rc = segment_remove(log, list[i], err);
            removed++;
            continue;
        }
        begin = list[i];
        int failed = previous_of(log, list[i], &bytes, &previous);
        if (failed != 0)
            rc = segment_errno(log, list[i], failed, "read", err);
    }
    if (rc == AW_OK && removed > 0 && fsync(log->dir_fd) != 0)
        rc = error_errno(err, errno, "sync the directory", log->dir);
    free(list);
    if (rc != AW_OK)
        return rc;
    *out_begin = begin;
    *out_bytes = bytes;
    return AW_OK;
}

int segment_use(struct log *log, const struct state *s, aw_error *err)
{
    if (log->fd >= 0 && log->fd_segment == s->segment)
        return AW_OK;
    int fd = segment_open(log, s->segment, O_RDWR);
    if (fd < 0)
        return segment_errno(log, s->segment, errno, "open", err);
    int old = log->fd;
    log->fd_segment = 0; /* a fork between these lines sees no wrong pair */
    log->fd = fd;
    log->fd_segment = s->segment;
    if (old >= 0)
        close(old);
    return AW_OK;
}

static int follow(struct log *log, struct state *s, uint64_t previous, uint64_t size, aw_error *err)
{
    struct segment_info info = {.segment = s->segment + 1,
                                .first_record = s->record,
                                .prev_segment = previous,
                                .prev_end = s->offset,
                                .created_ms = timestamp_now_ms()};
    if (!digest_random(&info.salt, sizeof info.salt))
        return error_set(err, AW_EIO, log->dir, "no random bytes for a new segment");
    int fd = -1;
    int rc = segment_create(log, &info, size, &fd, err);
    if (rc != AW_OK)
        return rc;
    int old = log->fd;
    log->fd_segment = 0;
    log->fd = fd;
    log->fd_segment = info.segment;
    if (old >= 0)
        close(old);
    s->segment = info.segment;
    s->size = size;
    s->salt = info.salt;
    s->offset = s->durable_offset = SEGMENT_DATA_AT;
    s->durable_record = s->record;
    s->rotate = 0;
    s->bytes += size;
    log->control->written_to = SEGMENT_DATA_AT;
    control_put(log->control, s);
    return AW_OK;
}

int segment_rotate(struct log *log, struct state *s, uint64_t previous, uint64_t at_least, aw_error *err)
{
    uint64_t size = SEGMENT_DATA_AT + at_least;
    size = size > log->segment_bytes ? (size + 4095) & ~UINT64_C(4095) : log->segment_bytes;
    if (log->max_bytes && s->bytes + size > log->max_bytes)
        return error_set(err, AW_EFULL, log->dir,
                         "the log has reached its limit of %" PRIu64 " bytes; let the worker catch "
                         "up, shorten the retention or raise max_bytes", log->max_bytes);
    return follow(log, s, previous, size, err);
}

int segment_cut(struct log *log, struct state *s, uint64_t previous, aw_error *err)
{
    return follow(log, s, previous, (SEGMENT_DATA_AT + 4095) & ~UINT64_C(4095), err);
}
