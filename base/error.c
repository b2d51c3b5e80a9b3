/* error.c - filling in the caller's aw_error, and the words for what the system says. */
#include "error.h"

#undef error_set
#undef error_nomem

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

static const char *const code_names[] = {
    "AW_OK",          "AW_EINVAL", "AW_EUNSUPPORTED", "AW_ENOTFOUND", "AW_EEXIST",  "AW_ELIMIT",
    "AW_EFULL",       "AW_EIO",    "AW_ENOSPC",       "AW_EACCES",    "AW_EFILES",  "AW_ENOMEM",
    "AW_ECORRUPT",    "AW_ECONFIG", "AW_EJSON",       "AW_EUTF8",     "AW_EFILESYSTEM",
    "AW_EVERSION",    "AW_EBUSY",  "AW_ENET",         "AW_EREFUSED",  "AW_EAGAIN",  "AW_EINTERNAL",
};

const char *aw_code_name(int code)
{
    if (code < 0 || (size_t)code >= sizeof code_names / sizeof *code_names)
        return "AW_E?";
    return code_names[code];
}

/* The members of aw_error that the caller's struct_size covers. An older, smaller
 * struct keeps its code and `where`; one that says 0 was not initialised and is
 * taken as whole, since there never was a smaller one. */
static size_t text_room(const aw_error *err)
{
    size_t size = err->struct_size ? err->struct_size : sizeof *err;
    if (size > sizeof *err)
        size = sizeof *err;
    return size > offsetof(aw_error, text) ? size - offsetof(aw_error, text) : 0;
}

static void cut(char *text, size_t len)
{
    text[utf8_cut(text, strlen(text), len - 1)] = 0;
}

int error_set(aw_error *err, int code, const char *where, const char *fmt, ...)
{
    if (!err)
        return code;
    err->code = code;
    snprintf(err->where, sizeof err->where, "%s", where ? where : "");
    cut(err->where, sizeof err->where);
    size_t room = text_room(err);
    if (room > 0) {
        va_list args;
        va_start(args, fmt);
        vsnprintf(err->text, room, fmt, args);
        va_end(args);
        cut(err->text, room);
    }
    return code;
}

static const struct {
    int errno_value;
    int code;
    const char *advice;
} system_errors[] = {
    {ENOSPC, AW_ENOSPC, "free some space; nothing that was acknowledged is lost"},
    {EDQUOT, AW_ENOSPC, "raise the quota; nothing that was acknowledged is lost"},
    {EFBIG, AW_ENOSPC, "raise the file size limit (ulimit -f)"},
    {EROFS, AW_EACCES, "the file system is read-only: remount it for writing"},
    {EACCES, AW_EACCES, "give this user access, for example through the directory's group"},
    {EPERM, AW_EACCES, "give this user access, for example through the directory's group"},
    {EMFILE, AW_EFILES, "raise the limit of open files (ulimit -n)"},
    {ENFILE, AW_EFILES, "the system is out of file handles (fs.file-max)"},
    {ENOMEM, AW_ENOMEM, "out of memory"},
    {ENOENT, AW_ENOTFOUND, "check the path"},
    {ENOTDIR, AW_EINVAL, "a part of the path is not a directory"},
    {EISDIR, AW_EINVAL, "this is a directory, a file was wanted"},
    {EEXIST, AW_EEXIST, "it exists already"},
    {ENAMETOOLONG, AW_ELIMIT, "the path is too long"},
    {EIO, AW_EIO, "the disk failed: look at the system's log"},
};

int error_errno(aw_error *err, int errno_value, const char *action, const char *path)
{
    int code = AW_EIO;
    const char *advice = "look at the system's log";
    for (size_t i = 0; i < sizeof system_errors / sizeof *system_errors; i++) {
        if (system_errors[i].errno_value == errno_value) {
            code = system_errors[i].code;
            advice = system_errors[i].advice;
            break;
        }
    }
    char reason[128];
    /* strerror_r: threads of the worker fail at the same time. */
    const char *text = strerror_r(errno_value, reason, sizeof reason);
    return error_set(err, code, path, "cannot %s: %s; %s", action, text, advice);
}

int error_nomem(aw_error *err, const char *where)
{
    return error_set(err, AW_ENOMEM, where, "out of memory");
}

void error_clear(aw_error *err)
{
    if (!err)
        return;
    err->code = AW_OK;
    err->where[0] = 0;
    if (text_room(err) > 0)
        err->text[0] = 0;
}
