/* cmi.c - looking up elements of the data model, and the one reader of their values. */
#include "cmi.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "buf.h"
#include "cmi_value.h"

#define CMI_12_COUNT 48 /* rows of SCORM 1.2, which come first; a test counts them */

const char *scorm_completion_name(enum scorm_completion c)
{
    return c == SCORM_COMPLETED ? "completed" : c == SCORM_INCOMPLETE ? "incomplete" : "unknown";
}

const char *scorm_success_name(enum scorm_success s)
{
    return s == SCORM_PASSED ? "passed" : s == SCORM_FAILED ? "failed" : "unknown";
}

const struct cmi_element *cmi_find(enum scorm_version version, const char *path, size_t len)
{
    size_t lo = version == SCORM_2004 ? CMI_12_COUNT : 0;
    size_t hi = version == SCORM_2004 ? CMI_ELEMENT_COUNT : CMI_12_COUNT;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        size_t known = strlen(cmi_elements[mid].path);
        int order = memcmp(path, cmi_elements[mid].path, len < known ? len : known);
        if (order == 0 && len == known)
            return &cmi_elements[mid];
        order = order ? order : len > known ? 1 : -1;
        if (order > 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

const struct cmi_element *cmi_find_indexed(enum scorm_version version, const char *path, size_t len,
                                           uint16_t *out_n, uint16_t *out_m)
{
    char pattern[64];
    uint16_t indices[2] = {0, 0};
    size_t to = 0, depth = 0;
    for (size_t i = 0; i < len; i++) {
        if (to + 1 >= sizeof pattern)
            return NULL;
        if (path[i] < '0' || path[i] > '9' || i == 0 || path[i - 1] != '.') {
            pattern[to++] = path[i];
            continue;
        }
        uint32_t value = 0;
        for (; i < len && path[i] >= '0' && path[i] <= '9'; i++)
            if ((value = value * 10 + (uint32_t)(path[i] - '0')) > CMI_INDEX_MAX)
                return NULL;
        if (depth == 2 || (i < len && path[i] != '.'))
            return NULL;
        indices[depth++] = (uint16_t)value;
        pattern[to++] = 'n';
        i--;
    }
    pattern[to] = 0;
    const struct cmi_element *e = cmi_find(version, pattern, to);
    if (!e || (depth == 0 && strstr(e->path, ".n.")))
        return NULL; /* a literal "n" is no index */
    *out_n = indices[0];
    *out_m = indices[1];
    return e;
}

const struct cmi_element *cmi_element_of(enum scorm_version version, enum cmi_role role)
{
    if (role == CMI_KEYWORD)
        return NULL;
    for (size_t i = 0; i < CMI_ELEMENT_COUNT; i++)
        if (cmi_elements[i].version == version && cmi_elements[i].role == role)
            return &cmi_elements[i];
    return NULL;
}

/* Patterns by hash, made once: a commit looks up some fifty of them. */
#define SLOTS 512

static struct slot {
    const char *pattern;
    uint8_t len, role, versions;
} slots[SLOTS];
static pthread_once_t slots_once = PTHREAD_ONCE_INIT;

static struct slot *slot_of(const char *pattern, size_t len)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)pattern[i]) * 16777619u;
    size_t at = (hash ^ hash >> 16) % SLOTS;
    while (slots[at].pattern &&
           (slots[at].len != len || memcmp(slots[at].pattern, pattern, len) != 0))
        at = (at + 1) % SLOTS;
    return &slots[at];
}

static void make_slots(void)
{
    for (size_t i = 0; i < CMI_ELEMENT_COUNT; i++) {
        const struct cmi_element *e = &cmi_elements[i];
        struct slot *s = slot_of(e->path, strlen(e->path));
        s->pattern = e->path;
        s->len = (uint8_t)strlen(e->path);
        s->role = (uint8_t)e->role;
        s->versions |= e->version == SCORM_12 ? CMI_IN_12 : CMI_IN_2004;
    }
}

enum cmi_role cmi_role_of(const char *pattern, size_t len, unsigned *out_versions)
{
    pthread_once(&slots_once, make_slots);
    const struct slot *s = slot_of(pattern, len);
    if (!s->pattern)
        return CMI_ROLE_COUNT;
    *out_versions = s->versions;
    return (enum cmi_role)s->role;
}

/* ---- the reader --------------------------------------------------------- */

static enum cmi_verdict keep(const char *text, size_t len, struct buf *out, bool strict)
{
    if (out)
        buf_append(out, text, len);
    return strict ? CMI_STRICT : CMI_LENIENT;
}

static enum cmi_verdict read_vocabulary(const struct cmi_element *e, const char *text, size_t len,
                                        struct buf *out)
{
    /* What content sends instead, and what it means. */
    static const struct {
        const char *sent, *means;
    } synonyms[] = {{"complete", "completed"},     {"pass", "passed"},          {"fail", "failed"},
                    {"notattempted", "not attempted"}, {"not_attempted", "not attempted"},
                    {"timeout", "time-out"},       {"true/false", "true-false"}, {"tf", "true-false"},
                    {"n", "not attempted"},        {"long-fillin", "long-fill-in"},
                    {"fillin", "fill-in"},         {"nocredit", "no-credit"}};
    char lower[32];
    if (cmi_vocabulary_has(e->vocabulary, text, len))
        return keep(text, len, out, true);
    /* {target=ITEM}choice and {target=ITEM}jump */
    if (e->role == CMI_NAV_REQUEST && len > 9 && memcmp(text, "{target=", 8) == 0) {
        const char *end = memchr(text, '}', len);
        if (end && cmi_vocabulary_has("choice|jump", end + 1, len - (size_t)(end + 1 - text)))
            return keep(text, len, out, true);
    }
    while (len && text[0] == ' ')
        text++, len--;
    while (len && text[len - 1] == ' ')
        len--;
    if (len >= sizeof lower)
        return CMI_BAD;
    for (size_t i = 0; i < len; i++)
        lower[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
    lower[len] = 0;
    if (len && cmi_vocabulary_has(e->vocabulary, lower, len))
        return keep(lower, len, out, false);
    for (size_t i = 0; i < sizeof synonyms / sizeof synonyms[0]; i++)
        if (strcmp(lower, synonyms[i].sent) == 0 &&
            cmi_vocabulary_has(e->vocabulary, synonyms[i].means, strlen(synonyms[i].means)))
            return keep(synonyms[i].means, strlen(synonyms[i].means), out, false);
    return CMI_BAD;
}

static enum cmi_verdict read_number(const struct cmi_element *e, const char *text, size_t len,
                                    bool strict, struct buf *out)
{
    double value;
    if (!cmi_real(text, len, &value) || value < e->lo || value > e->hi)
        return CMI_BAD; /* NaN is strictly right for ADL and still means nothing */
    if (e->type == CMI_TYPE_INTEGER && value != floor(value))
        return CMI_BAD;
    /* 1.2 knows no exponents; what is that small is nothing at all there. */
    if (e->type != CMI_TYPE_REAL && fabs(value) < 1e-4)
        value = 0;
    if (out)
        buf_json_real(out, value);
    return strict ? CMI_STRICT : CMI_LENIENT;
}

#define YEAR_2039_MS INT64_C(2177452800000) /* RTE 4.1.1.7: 1970 to 2038 */

static enum cmi_verdict read_time(const struct cmi_element *e, const char *text, size_t len,
                                  struct buf *out)
{
    struct cmi_datetime when;
    int64_t ms;
    if (e->type == CMI_TYPE_DATETIME) {
        bool strict = cmi_datetime_strict(text, len);
        if (strict)
            return keep(text, len, out, true);
        if (!cmi_datetime_read(text, len, &when) || when.ms < 0 || when.ms >= YEAR_2039_MS)
            return CMI_BAD;
        if (out)
            cmi_datetime_write(out, &when);
        return CMI_LENIENT;
    }
    if (e->type == CMI_TYPE_TIME) {
        if (!cmi_time_ms(text, len, &ms))
            return CMI_BAD;
        if (out)
            buf_printf(out, "%02d:%02d:%02d.%02d", (int)(ms / 3600000), (int)(ms / 60000 % 60),
                       (int)(ms / 1000 % 60), (int)(ms / 10 % 100));
        return cmi_time_strict(text, len) ? CMI_STRICT : CMI_LENIENT;
    }
    if (!cmi_duration_ms(text, len, &ms))
        return CMI_BAD;
    bool iso = e->type == CMI_TYPE_DURATION;
    if (out && iso)
        cmi_duration_write(out, ms);
    else if (out)
        cmi_timespan_write(out, ms);
    return (iso ? cmi_duration_strict : cmi_timespan_strict)(text, len) ? CMI_STRICT : CMI_LENIENT;
}

static enum cmi_verdict read_result(const struct cmi_element *e, const char *text, size_t len,
                                    struct buf *out)
{
    double value;
    const char *wrong = e->version == SCORM_12 ? "wrong" : "incorrect";
    if (cmi_vocabulary_has(e->vocabulary, text, len))
        return keep(text, len, out, true);
    if (len <= 9 && cmi_vocabulary_has("wrong|incorrect", text, len))
        return keep(wrong, strlen(wrong), out, false);
    if (cmi_vocabulary_has("true", text, len))
        return keep("correct", 7, out, false);
    if (cmi_vocabulary_has("false", text, len))
        return keep(wrong, strlen(wrong), out, false);
    if (!cmi_real(text, len, &value))
        return CMI_BAD;
    if (out)
        buf_json_real(out, value);
    return cmi_result_strict(text, len) ? CMI_STRICT : CMI_LENIENT;
}

static enum cmi_verdict read_language(const char *text, size_t len, struct buf *out)
{
    if (cmi_language_strict(text, len))
        return keep(text, len, out, true);
    if (len > 7 && memcmp(text, "{lang=", 6) == 0 && text[len - 1] == '}')
        text += 6, len -= 7;
    return cmi_language_strict(text, len) ? keep(text, len, out, false) : CMI_BAD;
}

/* What no URI may hold is percent-encoded; what is then still none has no meaning. */
static enum cmi_verdict read_uri(const char *text, size_t len, struct buf *out)
{
    static const char hex[] = "0123456789ABCDEF";
    struct buf b = BUF_INIT(4 * len + 1);
    if (len == 0 || cmi_uri_strict(text, len))
        return len ? keep(text, len, out, true) : CMI_BAD;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c <= ' ' || strchr("\"<>\\^`{|}", c)) {
            char triple[3] = {'%', hex[c >> 4], hex[c & 15]};
            buf_append(&b, triple, 3);
        } else {
            buf_putc(&b, (char)c);
        }
    }
    enum cmi_verdict verdict = CMI_BAD;
    if (b.error == AW_OK && cmi_uri_strict(b.data, b.len))
        verdict = keep(b.data, b.len, out, false);
    buf_free(&b);
    return verdict;
}

enum cmi_verdict cmi_read(const struct cmi_element *e, const char *text, size_t len,
                          struct buf *out)
{
    switch (e->type) {
    case CMI_TYPE_VOCABULARY:
        return read_vocabulary(e, text, len, out);
    case CMI_TYPE_DECIMAL:
        return read_number(e, text, len, cmi_decimal_strict(text, len, e->lo, e->hi), out);
    case CMI_TYPE_DECIMAL_OR_BLANK:
        if (len == 0)
            return CMI_STRICT;
        return read_number(e, text, len, cmi_decimal_strict(text, len, e->lo, e->hi), out);
    case CMI_TYPE_REAL:
        return read_number(e, text, len, cmi_real_strict(text, len, e->lo, e->hi), out);
    case CMI_TYPE_INTEGER:
        return read_number(e, text, len, cmi_integer_strict(text, len, e->lo, e->hi), out);
    case CMI_TYPE_TIMESPAN:
    case CMI_TYPE_DURATION:
    case CMI_TYPE_TIME:
    case CMI_TYPE_DATETIME:
        return read_time(e, text, len, out);
    case CMI_TYPE_LANGUAGE:
        return read_language(text, len, out);
    case CMI_TYPE_RESULT:
        return read_result(e, text, len, out);
    case CMI_TYPE_URI:
        return read_uri(text, len, out);
    case CMI_TYPE_IDENTIFIER:
        /* 1.2 forbids white space; content has it, and it still identifies. */
        return len ? keep(text, len, out, !memchr(text, ' ', len)) : CMI_BAD;
    case CMI_TYPE_TEXT:
    case CMI_TYPE_LOCALIZED:
    case CMI_TYPE_FEEDBACK:
        break;
    }
    return keep(text, len, out, true);
}
