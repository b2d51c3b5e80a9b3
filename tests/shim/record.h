/* record.h - the trace that record.c writes and powerloss.h reads. */
#ifndef TESTS_RECORD_H
#define TESTS_RECORD_H

#include <stdint.h>

#define RECORD_MAGIC 0x52435741u

enum record_kind {
    RECORD_WRITE = 1, /* inode, offset, data */
    RECORD_SIZE,      /* inode, size: cut or grown with zeros */
    RECORD_SYNC,      /* inode */
    RECORD_SYNC_DIR,  /* path */
    RECORD_LINK,      /* path, inode: a new file */
    RECORD_RENAME,    /* path: the new name; data: the old one */
    RECORD_UNLINK,    /* path */
    RECORD_MKDIR,     /* path */
    RECORD_NAME,      /* path, inode: one more name of a file */
    RECORD_SENT,      /* inode of the socket, data: before it is sent */
    RECORD_ACK        /* data: what the program has been promised */
};

struct record_op {
    uint32_t magic, kind;
    uint64_t inode, offset, size;
    uint32_t path_bytes, data_bytes; /* both follow */
};

#endif
