/* fs.h - files: whole reads with a limit, atomic durable writes, is it a local disk? */
#ifndef BASE_FS_H
#define BASE_FS_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A new buffer, NUL-terminated, for free(). "-" reads standard input. */
int fs_read(const char *path, size_t max_bytes, char **out, size_t *out_len, aw_error *err);
/* Temporary file beside it, fsync, rename, fsync of the directory. */
int fs_write_atomic(const char *path, const void *bytes, size_t len, mode_t mode, aw_error *err);
/* mkdir -p; the last directory gets mode (setgid and group modes for shared state). */
int fs_make_dirs(const char *path, mode_t mode, aw_error *err);
/* AW_EFILESYSTEM on NFS, SMB, 9p, FUSE and the like: locks and syncs cannot be
 * trusted there. The error names the file system. */
int fs_require_local(const char *path, aw_error *err);
int fs_sync_dir(const char *path, aw_error *err);
/* dir "/" name into out; AW_ELIMIT if too long. */
int fs_join(char *out, size_t out_size, const char *dir, const char *name, aw_error *err);

#endif
