/*
 * php_afterword.h - what the files of the PHP extension share.
 *
 * The extension is NTS and fork-safe: it starts no thread, opens the library
 * lazily in the process that calls it and opens it again in a child, so that a
 * PHP-FPM master may load it and die in any order. Nothing depends on MSHUTDOWN.
 */
#ifndef PHP_AFTERWORD_H
#define PHP_AFTERWORD_H

#include <afterword/afterword.h>
#include <php.h>

#ifdef ZTS
#error "the afterword extension is for non-thread-safe PHP (as Debian's is)"
#endif

extern zend_module_entry afterword_module_entry;
#define phpext_afterword_ptr &afterword_module_entry

ZEND_BEGIN_MODULE_GLOBALS(afterword)
    char *config;    /* afterword.config: path of the JSON file */
    char *state_dir; /* afterword.state_dir: overrides the file's */
    aw *handle;      /* of the process `pid`; NULL: not opened yet */
    pid_t pid;
ZEND_END_MODULE_GLOBALS(afterword)

ZEND_EXTERN_MODULE_GLOBALS(afterword)
#define AFTERWORD_G(v) ZEND_MODULE_GLOBALS_ACCESSOR(afterword, v)

/* handle.c: this process's handle; NULL with an exception thrown. */
aw *afterword_handle(void);
/* Closed and opened anew. */
aw *afterword_handle_again(void);
void afterword_handle_close(void);

/* exception.c */
extern zend_class_entry *afterword_exception;
void afterword_exception_register(void);
void afterword_throw(const aw_error *err);
void afterword_throw_text(int code, const char *where, const char *fmt, ...)
    ZEND_ATTRIBUTE_FORMAT(printf, 3, 4);

/* event.c: an event from an array. What the event borrows is held by `pins`. */
struct afterword_pins {
    zend_string **list;
    size_t count, size;
    aw_attribute *attributes;
};
bool afterword_event(HashTable *from, aw_event *out, struct afterword_pins *pins);
void afterword_pins_free(struct afterword_pins *pins);

/* json.c: arrays to the library's JSON and back; false with an exception thrown. */
bool afterword_json_encode(zval *value, const char *where, zend_string **out);
bool afterword_json_decode(const char *json, const char *where, zval *out);

#endif
