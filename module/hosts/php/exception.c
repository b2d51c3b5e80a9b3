/* exception.c - Afterword\Exception: the library's code, the place at fault, the text. */
#include <stdarg.h>
#include <stdio.h>

#include "php_afterword.h"

#include <zend_exceptions.h>
#include <ext/spl/spl_exceptions.h>

zend_class_entry *afterword_exception;

static const zend_function_entry no_methods[] = {ZEND_FE_END};

void afterword_exception_register(void)
{
    zend_class_entry entry;
    INIT_NS_CLASS_ENTRY(entry, "Afterword", "Exception", no_methods);
    afterword_exception = zend_register_internal_class_ex(&entry, spl_ce_RuntimeException);

    zval empty;
    ZVAL_EMPTY_STRING(&empty);
    zend_string *name = zend_string_init("where", sizeof "where" - 1, true);
    zend_declare_typed_property(afterword_exception, name, &empty, ZEND_ACC_PUBLIC, NULL,
                                (zend_type)ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
    zend_string_release(name);
}

void afterword_throw(const aw_error *err)
{
    zend_object *e = err->where[0]
        ? zend_throw_exception_ex(afterword_exception, err->code, "%s: %s", err->where, err->text)
        : zend_throw_exception_ex(afterword_exception, err->code, "%s", err->text);
    if (e)
        zend_update_property_string(afterword_exception, e, "where", sizeof "where" - 1,
                                    err->where);
}

void afterword_throw_text(int code, const char *where, const char *fmt, ...)
{
    aw_error err = AW_ERROR_INIT;
    va_list args;
    va_start(args, fmt);
    vsnprintf(err.text, sizeof err.text, fmt, args);
    va_end(args);
    err.code = code;
    snprintf(err.where, sizeof err.where, "%s", where);
    afterword_throw(&err);
}
