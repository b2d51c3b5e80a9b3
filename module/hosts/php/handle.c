/*
 * handle.c - the library, opened lazily in each process.
 *
 * A PHP-FPM child is forked from a master that may have called us (preloading
 * does), so the handle carries the pid that opened it. A child never closes its
 * parent's handle: closing an inherited SQLite connection would undo the
 * parent's locks. It forgets it and opens its own.
 */
#include <unistd.h>

#include "php_afterword.h"

aw *afterword_handle(void)
{
    pid_t pid = getpid();
    if (AFTERWORD_G(handle) && AFTERWORD_G(pid) == pid)
        return AFTERWORD_G(handle);

    aw_config_source source = {.struct_size = (uint32_t)sizeof source};
    aw_error err = AW_ERROR_INIT;
    aw *opened = NULL;
    source.path = AFTERWORD_G(config);
    source.state_dir = AFTERWORD_G(state_dir);
    if (source.path && !*source.path)
        source.path = NULL;
    if (source.state_dir && !*source.state_dir)
        source.state_dir = NULL;
    if (!source.path && !source.state_dir) {
        afterword_throw_text(AW_ECONFIG, "afterword.config",
                             "is not set; put afterword.config = /path/to/afterword.json (and, if "
                             "the file does not name one, afterword.state_dir) into php.ini");
        return NULL;
    }
    if (aw_open(&source, NULL, &opened, &err) != AW_OK) {
        afterword_throw(&err);
        return NULL;
    }
    AFTERWORD_G(handle) = opened;
    AFTERWORD_G(pid) = pid;
    return opened;
}

/* After AW_EIO: the state directory may have been replaced since this process opened it, and a child
 * of PHP-FPM lives for months. What was not acknowledged may be said again. */
aw *afterword_handle_again(void)
{
    afterword_handle_close();
    return afterword_handle();
}

void afterword_handle_close(void)
{
    if (AFTERWORD_G(handle) && AFTERWORD_G(pid) == getpid())
        aw_close(AFTERWORD_G(handle));
    AFTERWORD_G(handle) = NULL;
}
