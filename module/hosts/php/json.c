/* json.c - PHP arrays to the library's JSON and back, through PHP's own json. */
#include "php_afterword.h"

#include <ext/json/php_json.h>
#include <zend_smart_str.h>

#define DEPTH 128

bool afterword_json_encode(zval *value, const char *where, zend_string **out)
{
    smart_str text = {0};
    int options = PHP_JSON_UNESCAPED_SLASHES | PHP_JSON_UNESCAPED_UNICODE;
    if (php_json_encode_ex(&text, value, options, DEPTH) == FAILURE || EG(exception)) {
        smart_str_free(&text);
        if (!EG(exception))
            afterword_throw_text(AW_EJSON, where,
                                 "cannot be written as JSON: it holds text that is not UTF-8, a "
                                 "number that is not finite, or is nested too deeply");
        return false;
    }
    smart_str_0(&text);
    *out = smart_str_extract(&text);
    return true;
}

bool afterword_json_decode(const char *json, const char *where, zval *out)
{
    if (php_json_decode_ex(out, json, strlen(json), PHP_JSON_OBJECT_AS_ARRAY, DEPTH) == SUCCESS &&
        Z_TYPE_P(out) == IS_ARRAY)
        return true;
    zval_ptr_dtor(out);
    ZVAL_UNDEF(out);
    afterword_throw_text(AW_EINTERNAL, where, "the library's answer is not a JSON object or array");
    return false;
}
