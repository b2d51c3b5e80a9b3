/* error.h - filling in the caller's aw_error. Outputs of a failing function are untouched. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <afterword/afterword.h>

/* Sets *err (which may be NULL) and returns code, so that callers can write
 * `return error_set(err, AW_EINVAL, "learner", "...")`. Text is cut at the
 * struct's size, never inside a UTF-8 sequence. */
int error_set(aw_error *err, int code, const char *where, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The same from errno: picks the code (ENOSPC, EACCES, EMFILE, ...) and appends
 * what the system says and what to do about it. `action` is "open", "write" ... */
int error_errno(aw_error *err, int errno_value, const char *action, const char *path);

/* AW_ENOMEM. */
int error_nomem(aw_error *err, const char *where);

void error_clear(aw_error *err);

/* What an analyzer of one file cannot see: these return the code that they are given. */
#ifdef __clang_analyzer__
#define error_set(err, code, ...) (error_set((err), (code), __VA_ARGS__), (code))
#define error_nomem(err, where) (error_nomem((err), (where)), AW_ENOMEM)
#endif

#endif
