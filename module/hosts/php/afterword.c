/*
 * afterword.c - the module: settings, phpinfo(), and the functions, each of which
 * is one call of the library (afterword.stub.php says what they are for).
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdint.h>

#include "php_afterword.h"

#include <php_ini.h>
#include <ext/standard/info.h>

#include "afterword_arginfo.h"

ZEND_DECLARE_MODULE_GLOBALS(afterword)

PHP_INI_BEGIN()
    STD_PHP_INI_ENTRY("afterword.config", "", PHP_INI_SYSTEM, OnUpdateString, config,
                      zend_afterword_globals, afterword_globals)
    STD_PHP_INI_ENTRY("afterword.state_dir", "", PHP_INI_SYSTEM, OnUpdateString, state_dir,
                      zend_afterword_globals, afterword_globals)
PHP_INI_END()

/* ---- functions ------------------------------------------------------------- */

static void return_true_or_throw(int rc, const aw_error *err, zval *return_value)
{
    if (rc == AW_OK)
        ZVAL_TRUE(return_value);
    else
        afterword_throw(err);
}

/* Text of the library, decoded into return_value and freed. */
static void return_json(int rc, char *json, const char *where, const aw_error *err,
                        zval *return_value)
{
    if (rc != AW_OK)
        afterword_throw(err);
    else if (!json)
        array_init(return_value);
    else
        afterword_json_decode(json, where, return_value);
    aw_free(json);
}

ZEND_FUNCTION(afterword_notify)
{
    HashTable *from;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_ARRAY_HT(from)
    ZEND_PARSE_PARAMETERS_END();

    struct afterword_pins pins = {0};
    aw_event event;
    aw_error err = AW_ERROR_INIT;
    aw *handle = afterword_event(from, &event, &pins) ? afterword_handle() : NULL;
    int rc = handle ? aw_notify(handle, &event, &err) : AW_OK;
    if (rc == AW_EIO && (handle = afterword_handle_again()) != NULL)
        rc = aw_notify(handle, &event, &err);
    if (handle)
        return_true_or_throw(rc, &err, return_value);
    afterword_pins_free(&pins);
}

ZEND_FUNCTION(afterword_status)
{
    ZEND_PARSE_PARAMETERS_NONE();
    aw *handle = afterword_handle();
    aw_error err = AW_ERROR_INIT;
    char *json = NULL;
    if (!handle)
        return;
    int rc = aw_query(handle, "status", NULL, &json, &err);
    if (rc == AW_EIO && (handle = afterword_handle_again()) != NULL)
        rc = aw_query(handle, "status", NULL, &json, &err);
    if (!handle)
        return;
    return_json(rc, json, "status", &err, return_value);
    if (rc == AW_OK && Z_TYPE_P(return_value) == IS_ARRAY)
        add_assoc_string(return_value, "extension", AW_VERSION_STRING);
}

ZEND_FUNCTION(afterword_query)
{
    char *what;
    size_t what_len;
    zval *args = NULL;
    ZEND_PARSE_PARAMETERS_START(1, 2)
        Z_PARAM_PATH(what, what_len)
        Z_PARAM_OPTIONAL
        Z_PARAM_ARRAY(args)
    ZEND_PARSE_PARAMETERS_END();

    zend_string *text = NULL;
    aw_error err = AW_ERROR_INIT;
    char *json = NULL;
    /* PHP writes the empty array as a list; the library reads NULL as {}. */
    if (args && zend_hash_num_elements(Z_ARRVAL_P(args)) > 0 &&
        !afterword_json_encode(args, "args", &text))
        return;
    aw *handle = afterword_handle();
    if (handle) {
        int rc = aw_query(handle, what, text ? ZSTR_VAL(text) : NULL, &json, &err);
        return_json(rc, json, what, &err, return_value);
    }
    if (text)
        zend_string_release(text);
}

ZEND_FUNCTION(afterword_link_put)
{
    zval *link;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_ARRAY(link)
    ZEND_PARSE_PARAMETERS_END();

    zend_string *text;
    aw_error err = AW_ERROR_INIT;
    char *id = NULL;
    if (!afterword_json_encode(link, "link", &text))
        return;
    aw *handle = afterword_handle();
    if (handle) {
        if (aw_link_put(handle, ZSTR_VAL(text), ZSTR_LEN(text), &id, &err) == AW_OK)
            RETVAL_STRING(id);
        else
            afterword_throw(&err);
        aw_free(id);
    }
    zend_string_release(text);
}

ZEND_FUNCTION(afterword_link_remove)
{
    char *id;
    size_t id_len;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_PATH(id, id_len)
    ZEND_PARSE_PARAMETERS_END();

    aw *handle = afterword_handle();
    aw_error err = AW_ERROR_INIT;
    if (handle)
        return_true_or_throw(aw_link_remove(handle, id, &err), &err, return_value);
}

ZEND_FUNCTION(afterword_course_add)
{
    char *course, *title = NULL, *path = NULL;
    size_t course_len, title_len, path_len;
    ZEND_PARSE_PARAMETERS_START(1, 3)
        Z_PARAM_PATH(course, course_len)
        Z_PARAM_OPTIONAL
        Z_PARAM_PATH(title, title_len)
        Z_PARAM_PATH_OR_NULL(path, path_len)
    ZEND_PARSE_PARAMETERS_END();

    aw *handle = afterword_handle();
    aw_error err = AW_ERROR_INIT;
    char *json = NULL;
    if (!handle)
        return;
    int rc = aw_course_add(handle, course, title, path, &json, &err);
    return_json(rc, json, "course", &err, return_value);
}

ZEND_FUNCTION(afterword_forum_requests_take)
{
    zend_long max = 16, lease_ms = 120000;
    ZEND_PARSE_PARAMETERS_START(0, 2)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG(max)
        Z_PARAM_LONG(lease_ms)
    ZEND_PARSE_PARAMETERS_END();

    if (max < 1 || lease_ms < 1) {
        afterword_throw_text(AW_EINVAL, max < 1 ? "max" : "lease_ms", "must be 1 or more");
        return;
    }
    aw *handle = afterword_handle();
    aw_error err = AW_ERROR_INIT;
    char *json = NULL;
    if (!handle)
        return;
    int rc = aw_forum_requests_take(handle, (size_t)max, lease_ms, &json, &err);
    return_json(rc, json, "requests", &err, return_value);
}

ZEND_FUNCTION(afterword_forum_request_done)
{
    char *key;
    size_t key_len;
    zval *reply;
    ZEND_PARSE_PARAMETERS_START(2, 2)
        Z_PARAM_PATH(key, key_len)
        Z_PARAM_ARRAY(reply)
    ZEND_PARSE_PARAMETERS_END();

    zend_string *text;
    aw_error err = AW_ERROR_INIT;
    if (!afterword_json_encode(reply, "reply", &text))
        return;
    aw *handle = afterword_handle();
    int rc = handle ? aw_forum_request_done(handle, key, ZSTR_VAL(text), &err) : AW_OK;
    if (rc == AW_EIO && (handle = afterword_handle_again()) != NULL)
        rc = aw_forum_request_done(handle, key, ZSTR_VAL(text), &err);
    if (handle)
        return_true_or_throw(rc, &err, return_value);
    zend_string_release(text);
}

ZEND_FUNCTION(afterword_dead_letter)
{
    char *action, *id;
    size_t action_len, id_len;
    ZEND_PARSE_PARAMETERS_START(2, 2)
        Z_PARAM_PATH(action, action_len)
        Z_PARAM_PATH(id, id_len)
    ZEND_PARSE_PARAMETERS_END();

    aw *handle = afterword_handle();
    aw_error err = AW_ERROR_INIT;
    if (handle)
        return_true_or_throw(aw_dead_letter(handle, action, id, &err), &err, return_value);
}

ZEND_FUNCTION(afterword_version)
{
    ZEND_PARSE_PARAMETERS_NONE();
    RETURN_STRING(aw_version());
}

/* ---- the module ------------------------------------------------------------ */

PHP_MINIT_FUNCTION(afterword)
{
    (void)type;
    REGISTER_INI_ENTRIES();
    afterword_exception_register();
    return SUCCESS;
}

/* Tidiness only: under PHP-FPM a SIGTERM ends a child without this. */
PHP_MSHUTDOWN_FUNCTION(afterword)
{
    (void)type;
    afterword_handle_close();
    UNREGISTER_INI_ENTRIES();
    return SUCCESS;
}

PHP_MINFO_FUNCTION(afterword)
{
    php_info_print_table_start();
    php_info_print_table_row(2, "Afterword", "enabled");
    php_info_print_table_row(2, "Extension version", AW_VERSION_STRING);
    php_info_print_table_row(2, "Library version", aw_version());
    php_info_print_table_row(2, "Opened in this process", AFTERWORD_G(handle) ? "yes" : "no");
    php_info_print_table_end();
    DISPLAY_INI_ENTRIES();
    (void)zend_module;
}

zend_module_entry afterword_module_entry = {
    STANDARD_MODULE_HEADER,
    "afterword",
    afterword_functions,
    PHP_MINIT(afterword),
    PHP_MSHUTDOWN(afterword),
    NULL, /* nothing per request: the handle is per process */
    NULL,
    PHP_MINFO(afterword),
    AW_VERSION_STRING,
    PHP_MODULE_GLOBALS(afterword),
    NULL, /* the globals are zero from the start */
    NULL,
    NULL,
    STANDARD_MODULE_PROPERTIES_EX,
};

ZEND_GET_MODULE(afterword)
