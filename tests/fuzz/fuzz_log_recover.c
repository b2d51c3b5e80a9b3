/*
 * fuzz_log_recover.c - opening, reading, verifying and appending to a log whose
 * segment has been changed in any way.
 *
 * The input is a list of changes to a good segment: a place (two bytes), a
 * length (one byte), that many bytes to write there; length 0 cuts the file at
 * that place. After it the log must open, end, take a record and give it back.
 */
#include "format.h"
#include "log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE 8192u
#define RECORDS 20u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static size_t good_segment(uint8_t out[SIZE])
{
    struct segment_info info = {.segment = 1, .salt = 0x5a17, .created_ms = 1772438400000};
    memset(out, 0, SIZE);
    segment_encode(&info, out);
    uint64_t at = SEGMENT_DATA_AT;
    for (uint32_t n = 0; n < RECORDS; n++) {
        uint8_t body[200];
        uint32_t body_len = n * 9;
        memset(body, (int)n, sizeof body);
        struct record_info record = {.len = body_len, .body_crc = record_body_crc(body, body_len),
                                     .record = n, .synced_to = n % 3 ? SEGMENT_DATA_AT : at};
        record_encode(&record, info.salt, at, out + at);
        memcpy(out + at + RECORD_HEADER_BYTES, body, body_len);
        at += record_bytes(body_len);
    }
    return (size_t)at;
}

static size_t change(uint8_t *segment, const uint8_t *data, size_t len)
{
    size_t size = SIZE;
    while (len >= 3) {
        size_t at = ((size_t)data[0] | (size_t)data[1] << 8) % SIZE, count = data[2];
        data += 3;
        len -= 3;
        if (count == 0)
            size = at;
        if (count > len)
            count = len;
        if (count > SIZE - at)
            count = SIZE - at;
        memcpy(segment + at, data, count);
        data += count;
        len -= count;
    }
    return size;
}

static void must(bool fine, const char *what)
{
    if (!fine) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

/* Reads to the end; *last is the last record's first byte, or -1. */
static void read_through(struct log *log, int *last)
{
    struct log_reader *r = NULL;
    struct log_pos next = {0};
    const void *bytes;
    size_t len;
    int rc, steps = 0;
    *last = -1;
    must(log_reader_open(log, next, &r, NULL) == AW_OK, "no reader");
    while ((rc = log_read(r, &bytes, &len, &next, NULL)) == AW_OK || rc == AW_ECORRUPT) {
        must(++steps < 10000, "reading does not end");
        if (rc == AW_OK)
            *last = len > 0 ? *(const uint8_t *)bytes : 0;
    }
    must(rc == AW_EAGAIN, "reading ends with another error");
    must(log_pos_cmp(next, log_end(log)) == 0, "reading does not end at the end");
    log_reader_close(r);
}

static void clear(const char *dir)
{
    char path[300];
    for (int i = 1; i < 6; i++) {
        snprintf(path, sizeof path, "%s/%016d.log", dir, i);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/control", dir);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static char dir[200];
    static uint8_t segment[SIZE];
    if (!dir[0]) {
        snprintf(dir, sizeof dir, "%s/aw-fuzz-log-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        must(mkdtemp(dir) != NULL, "no directory");
    }
    char path[300];
    snprintf(path, sizeof path, "%s/%016d.log", dir, 1);
    good_segment(segment);
    size_t size = change(segment, data, len);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    must(fd >= 0 && write(fd, segment, size) == (ssize_t)size, "cannot write");
    close(fd);
    log_verify(dir, NULL, NULL, NULL);
    struct log_options options = {.dir = dir, .segment_bytes = SIZE};
    struct log *log = NULL;
    int rc = log_open(&options, &log, NULL), last = -1;
    must(rc == AW_OK || rc == AW_EVERSION, "cannot open");
    if (rc == AW_OK) {
        read_through(log, &last);
        must(log_append(log, "\xfe", 1, NULL, NULL) == AW_OK, "cannot append");
        read_through(log, &last);
        must(last == 0xfe, "the new record is not there");
        log_close(log);
    }
    clear(dir);
    rmdir(dir);
    dir[0] = 0;
    return 0;
}
