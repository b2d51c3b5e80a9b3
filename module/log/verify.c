/* verify.c - reading a whole log, open elsewhere or not, and naming each damaged place. */
#include "error.h"
#include "text.h"
#include "internal.h"
#include "scan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct verify {
    struct log log; /* only dir and dir_fd are set */
    void (*report)(void *context, const char *file, uint64_t offset, const char *what);
    void *context;
    uint64_t damaged;
};

static void damage(struct verify *v, uint64_t segment, uint64_t offset, const char *what)
{
    char name[LOG_NAME_BYTES], path[LOG_PATH_BYTES + LOG_NAME_BYTES];
    segment_name(segment, name);
    snprintf(path, sizeof path, "%s/%s", v->log.dir, name);
    v->damaged++;
    if (v->report)
        v->report(v->context, path, offset, what);
}

/* How far the last segment is known to be durable; 0: the control file does not say. */
static uint64_t known_durable(struct verify *v, uint64_t segment, uint64_t salt)
{
    struct state s;
    struct stat st;
    uint64_t durable = 0;
    int fd = openat(v->log.dir_fd, CONTROL_NAME, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    if (fstat(fd, &st) == 0 && (uint64_t)st.st_size >= sizeof(struct control)) {
        void *at = mmap(NULL, sizeof(struct control), PROT_READ, MAP_SHARED, fd, 0);
        if (at != MAP_FAILED) {
            if (control_hint(at, &s) && s.segment == segment && s.salt == salt)
                durable = s.durable_offset;
            munmap(at, sizeof(struct control));
        }
    }
    close(fd);
    return durable;
}

/* The records of one segment. limit 0: up to the last whole one. */
static int verify_records(struct verify *v, int fd, const struct segment_info *info, uint64_t limit,
                          aw_error *err)
{
    struct scan scan = {.fd = -1};
    struct stat st;
    if (fstat(fd, &st) != 0)
        return segment_errno(&v->log, info->segment, errno, "look at", err);
    uint64_t at = SEGMENT_DATA_AT, record = info->first_record;
    uint64_t until = limit ? limit : (uint64_t)st.st_size;
    int rc = AW_OK;
    scan_start(&scan, fd, info->salt);
    while (rc == AW_OK && at < until) {
        struct scan_found found = scan_next(&scan, at, record, until);
        if (found.kind == SCAN_END) {
            if (limit)
                damage(v, info->segment, at, "no record up to the end of the segment");
            break;
        }
        if (found.kind == SCAN_DAMAGE)
            damage(v, info->segment, at, "a record fails its checksum");
        else if (found.kind == SCAN_NOMEM)
            rc = error_nomem(err, v->log.dir);
        else if (found.kind == SCAN_ERRNO)
            rc = segment_errno(&v->log, info->segment, found.errno_value, "read", err);
        at = found.next;
        record = found.next_record;
    }
    scan_free(&scan);
    return rc;
}

/* One segment; *next is what the header of the segment behind it says, or NULL. */
static int verify_segment(struct verify *v, uint64_t segment, struct segment_info *info, bool *known,
                          const struct segment_info *next, aw_error *err)
{
    enum segment_state state = SEGMENT_DAMAGED;
    uint64_t bad_at = 0;
    *known = false;
    int fd = segment_open(&v->log, segment, O_RDONLY);
    if (fd < 0)
        return segment_errno(&v->log, segment, errno, "open", err);
    int rc = segment_read_info(fd, segment, info, &bad_at, &state);
    if (rc != 0) {
        rc = segment_errno(&v->log, segment, rc, "read", err);
    } else if (state == SEGMENT_VERSION) {
        rc = segment_version(&v->log, segment, err);
    } else {
        *known = state != SEGMENT_DAMAGED;
        if (state != SEGMENT_OK)
            damage(v, segment, bad_at, *known ? "one copy of the segment's header"
                                              : "both copies of the segment's header");
        uint64_t limit = next && next->prev_segment == segment ? next->prev_end : 0;
        if (*known && !next)
            limit = known_durable(v, segment, info->salt);
        if (*known)
            rc = verify_records(v, fd, info, limit, err);
    }
    close(fd);
    return rc;
}

int log_verify(const char *dir, void (*report)(void *context, const char *file, uint64_t offset,
                                               const char *what),
               void *context, aw_error *err)
{
    struct verify v = {.report = report, .context = context};
    struct segment_info info, next;
    uint64_t *list = NULL, follows = UINT64_MAX;
    size_t count = 0;
    bool have_next = false;
    if (strlen(dir) >= sizeof v.log.dir)
        return error_set(err, AW_ELIMIT, dir, "the path is too long");
    text_set(v.log.dir, sizeof v.log.dir, dir);
    v.log.dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (v.log.dir_fd < 0)
        return error_errno(err, errno, "open", dir);
    int rc = segment_list(&v.log, &list, &count, err);
    /* From the newest, because each says where the one before it ends. */
    for (size_t i = count; i-- > 0 && rc == AW_OK;) {
        if (list[i] > follows)
            continue; /* cut off by a truncation; about to be removed */
        if (have_next && list[i] < follows && follows != UINT64_MAX)
            damage(&v, follows, 0, "the segment's file is missing");
        bool known = false;
        rc = verify_segment(&v, list[i], &info, &known, have_next ? &next : NULL, err);
        have_next = known;
        next = info;
        follows = known ? info.prev_segment : list[i] - 1;
    }
    free(list);
    close(v.log.dir_fd);
    if (rc == AW_OK && v.damaged > 0)
        rc = error_set(err, AW_ECORRUPT, dir, "%" PRIu64 " damaged places", v.damaged);
    return rc;
}
