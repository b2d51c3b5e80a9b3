/* cmd_scorm_values.c - `afterword scorm values`: strict and lenient readings of CMI values. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cmd_scorm.h"
#include "cmi.h"
#include "cmi_value.h"
#include "error.h"
#include "json.h"
#include "limit.h"

/* Each kind is the value type of some element; reals bring their own range. */
static const struct kind {
    const char *name;
    enum cmi_type type;
} kinds[] = {
    {"duration", CMI_TYPE_DURATION}, {"durationadd", CMI_TYPE_DURATION}, {"timespan", CMI_TYPE_TIMESPAN},
    {"datetime", CMI_TYPE_DATETIME}, {"time", CMI_TYPE_TIME},            {"result", CMI_TYPE_RESULT},
    {"lang", CMI_TYPE_LANGUAGE},     {"uri4000", CMI_TYPE_URI},
};

/* "real", "real0..1", "real-1..1" */
static bool real_kind(const char *kind, struct cmi_element *e)
{
    const char *range = kind + 4, *dots = strstr(range, "..");
    e->type = CMI_TYPE_REAL;
    if (strncmp(kind, "real", 4) != 0)
        return false;
    if (*range == 0)
        return true;
    return dots && cmi_real(range, (size_t)(dots - range), &e->lo) &&
           cmi_real(dots + 2, strlen(dots + 2), &e->hi);
}

static bool element_for(const char *kind, struct cmi_element *e)
{
    *e = (struct cmi_element){.version = SCORM_2004, .role = CMI_KEYWORD, .lo = -INFINITY, .hi = INFINITY,
                              .vocabulary = "correct|incorrect|unanticipated|neutral"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, kind) == 0) {
            e->type = kinds[i].type;
            return true;
        }
    return real_kind(kind, e);
}

/* ADL's validators accept what cannot be understood (NaN), so ok is asked of them directly. */
static bool strict(const struct cmi_element *e, const char *text, size_t len, enum cmi_verdict verdict)
{
    if (e->type == CMI_TYPE_REAL)
        return cmi_real_strict(text, len, e->lo, e->hi);
    if (e->type == CMI_TYPE_RESULT)
        return cmi_result_strict(text, len);
    return verdict == CMI_STRICT;
}

static void add_durations(const char *a, size_t a_len, const char *b, struct buf *out)
{
    int64_t x, y;
    if (cmi_duration_ms(a, a_len, &x) && b && cmi_duration_ms(b, strlen(b), &y))
        cmi_duration_write_long(out, x + y);
}

static int values_row(void *user, const json_t *row, struct buf *answer, aw_error *err)
{
    const char *kind = NULL, *value = NULL, *b = NULL;
    struct cmi_element e;
    int rc;
    (void)user;
    if ((rc = json_get_text(row, "kind", 64, &kind, err)) != AW_OK ||
        (rc = json_get_text(row, "value", LIMIT_EVENT_JSON_BYTES, &value, err)) != AW_OK ||
        (rc = json_get_text(row, "b", LIMIT_EVENT_JSON_BYTES, &b, err)) != AW_OK)
        return rc;
    if (!kind || !element_for(kind, &e))
        return error_set(err, AW_EINVAL, "kind", "\"%s\" is no kind of value; see --help", kind ? kind : "");
    value = value ? value : "";
    size_t len = strlen(value);
    struct buf normalized = BUF_INIT(LIMIT_EVENT_JSON_BYTES);
    enum cmi_verdict verdict = cmi_read(&e, value, len, &normalized);
    bool ok = strict(&e, value, len, verdict);
    if (strcmp(kind, "durationadd") == 0) {
        buf_reset(&normalized);
        add_durations(value, len, b, &normalized);
        ok = ok && b && cmi_duration_strict(b, strlen(b));
        if (normalized.len == 0)
            verdict = CMI_BAD;
    }
    buf_puts(answer, ok ? "{\"ok\":true" : "{\"ok\":false");
    if (verdict != CMI_BAD && normalized.error == AW_OK) {
        BUF_LIT(answer, ",\"normalized\":");
        buf_json_string(answer, normalized.data ? normalized.data : "", normalized.len);
    }
    buf_putc(answer, '}');
    buf_free(&normalized);
    return AW_OK;
}

int cmd_scorm_values(const struct cli_command *self, int argc, char **argv)
{
    return cmd_scorm_rows(self, argc, argv, values_row, NULL);
}
