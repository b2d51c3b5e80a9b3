/*
 * valid.c - parse once, walk once.
 */
#include "valid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <afterword/afterword.h>

#include "json.h"
#include "limit.h"
#include "valid_batch.h"
#include "valid_shapes.h"

/* "1.0" or "1.0.n"; "2.0" or "2.0.n". */
bool xapi_version_parse(const char *text, enum xapi_version *out)
{
    if ((text[0] != '1' && text[0] != '2') || strncmp(text + 1, ".0", 2) != 0)
        return false;
    const char *p = text + 3;
    if (*p == '.') {
        size_t digits = strspn(p + 1, "0123456789");
        if (digits == 0)
            return false;
        p += 1 + digits;
    }
    if (*p != '\0')
        return false;
    *out = text[0] == '1' ? XAPI_1_0_3 : XAPI_2_0_0;
    return true;
}

int valid_fault(struct xapi_fault *out, int code, const char *path, const char *reason)
{
    snprintf(out->path, sizeof out->path, "%s", path);
    snprintf(out->reason, sizeof out->reason, "%s", reason);
    return code;
}

static bool too_deep(const json_t *value, int left)
{
    const char *key;
    size_t i;
    json_t *child;
    if (left == 0)
        return true;
    if (json_is_object(value)) {
        json_object_foreach((json_t *)(uintptr_t)value, key, child)
            if (too_deep(child, left - 1))
                return true;
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, child)
            if (too_deep(child, left - 1))
                return true;
    }
    return false;
}

int valid_parse(const char *json, size_t len, json_t **out, struct xapi_fault *fault)
{
    json_error_t error;
    char reason[256];
    /* Integers beyond 64 bits are numbers all the same: read them as reals. */
    json_t *value = json_load(json, len, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    if (!value) {
        if (json_no_memory(&error))
            return valid_fault(fault, AW_ENOMEM, "", "out of memory");
        snprintf(reason, sizeof reason, "is not JSON: %s (at byte %d)", error.text, error.position);
        for (char *p = reason; *p; p++) /* jansson quotes the text, and may cut it anywhere */
            if ((unsigned char)*p >= 0x80 || (unsigned char)*p < 0x20)
                *p = '?';
        return valid_fault(fault, AW_EJSON, "", reason);
    }
    if (too_deep(value, LIMIT_JSON_DEPTH)) {
        json_decref(value);
        return valid_fault(fault, AW_EJSON, "", "is nested too deeply");
    }
    *out = value;
    return AW_OK;
}

int xapi_validate_json(const json_t *statement, enum xapi_version version, struct xapi_fault *out)
{
    struct walk w = {version, out, 0};
    out->path[0] = out->reason[0] = '\0';
    return walk_shape(&w, statement, &shape_statement) ? AW_OK : AW_EINVAL;
}

int xapi_validate(const char *json, size_t len, enum xapi_version version, struct xapi_fault *out)
{
    json_t *value = NULL;
    int rc = valid_parse(json, len, &value, out);
    if (rc)
        return rc;
    rc = xapi_validate_json(value, version, out);
    json_decref(value);
    return rc;
}
