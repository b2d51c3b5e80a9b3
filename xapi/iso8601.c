/*
 * iso8601.c - timestamps and durations as xAPI wants them.
 *
 * 1.0.3 (part 2, section 4.5) takes ISO 8601, 2.0.0 RFC 3339, which wants a zone
 * and the extended form. Both refuse the offsets -00, -0000 and -00:00. Nothing
 * here builds a date; a text is judged as it stands, calendar included.
 */
#include "value.h"

#include <string.h>

struct cursor {
    const char *p, *end;
};

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly n digits. */
static bool number(struct cursor *c, int n, int *out)
{
    if (c->end - c->p < n)
        return false;
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (!digit(c->p[i]))
            return false;
        v = v * 10 + (c->p[i] - '0');
    }
    c->p += n;
    *out = v;
    return true;
}

static bool literal(struct cursor *c, char want)
{
    if (c->p == c->end || *c->p != want)
        return false;
    c->p++;
    return true;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* YYYY-MM-DD, or with basic set YYYYMMDD. */
static const char *date(struct cursor *c, bool *out_basic, bool allow_basic)
{
    int year, month, day;
    if (!number(c, 4, &year))
        return "does not begin with a year of four digits";
    bool basic = !(c->p < c->end && *c->p == '-');
    if (basic && !allow_basic)
        return "is not of the form YYYY-MM-DDThh:mm:ss";
    if ((!basic && !literal(c, '-')) || !number(c, 2, &month) || (!basic && !literal(c, '-')) ||
        !number(c, 2, &day))
        return "has no complete date (YYYY-MM-DD)";
    if (month < 1 || month > 12)
        return "has a month that is not 01 to 12";
    if (day < 1 || day > days_in(year, month))
        return "has a day that the month does not have";
    *out_basic = basic;
    return NULL;
}

static const char *fraction_fault(struct cursor *c, bool iso)
{
    if (c->p == c->end || (*c->p != '.' && !(iso && *c->p == ',')))
        return NULL;
    const char *start = ++c->p;
    while (c->p < c->end && digit(*c->p))
        c->p++;
    return c->p == start ? "has a fraction without digits" : NULL;
}

/* hh:mm:ss[.fraction]; ISO 8601 has reduced accuracy (hh:mm, hh) and 24:00:00 as well. A
 * leap second is 23:59:60 UTC, at whatever local time that is. */
static const char *time_of_day(struct cursor *c, bool basic, bool iso, int *out_minute,
                               bool *out_leap)
{
    int part[3] = {0, 0, 0};
    for (int i = 0; i < 3; i++) {
        bool more = c->p < c->end && (basic ? digit(*c->p) : *c->p == ':');
        if (i > 0 && iso && !more)
            break;
        if ((i > 0 && !basic && !literal(c, ':')) || !number(c, 2, &part[i]))
            return "has no complete time (hh:mm:ss)";
    }
    bool midnight = iso && part[0] == 24 && part[1] == 0 && part[2] == 0;
    if ((part[0] > 23 && !midnight) || part[1] > 59 || part[2] > 60)
        return "has a time out of range";
    *out_minute = part[0] * 60 + part[1];
    *out_leap = part[2] == 60;
    return fraction_fault(c, iso);
}

/* Z, +hh:mm; under ISO 8601 also +hhmm and +hh. */
static const char *zone(struct cursor *c, bool iso, bool lower, int *out_offset)
{
    *out_offset = 0;
    if (literal(c, 'Z') || (lower && literal(c, 'z')))
        return NULL;
    bool minus = c->p < c->end && *c->p == '-';
    if (!literal(c, '+') && !literal(c, '-'))
        return "has something after the time that is no zone";
    int hour, minute = 0;
    if (!number(c, 2, &hour))
        return "has an offset that is not hh:mm";
    if (literal(c, ':') || (iso && c->p < c->end)) {
        if (!number(c, 2, &minute))
            return "has an offset that is not hh:mm";
    } else if (!iso) {
        return "has an offset that is not hh:mm";
    }
    if (hour > 23 || minute > 59)
        return "has an offset out of range";
    if (minus && hour == 0 && minute == 0)
        return "has a negative zero offset (-00, -0000 and -00:00 are refused)";
    *out_offset = (hour * 60 + minute) * (minus ? -1 : 1);
    return NULL;
}

const char *xapi_timestamp_fault(const char *text, size_t len, enum xapi_version version)
{
    struct cursor c = {text, text + len};
    bool iso = version == XAPI_1_0_3, basic = false, leap = false;
    int minute = 0, offset = 0;
    const char *fault = date(&c, &basic, iso);
    if (fault)
        return fault;
    /* RFC 3339, section 5.6: "T" may be lower case, and a space may stand for it. */
    if (!literal(&c, 'T') && (iso || (!literal(&c, 't') && !literal(&c, ' '))))
        return c.p == c.end ? "has a date but no time" : "has no T between date and time";
    fault = time_of_day(&c, basic, iso, &minute, &leap);
    if (fault)
        return fault;
    if (c.p == c.end) /* 1.0.3 only recommends a zone */
        return !iso ? "has no zone (Z or an offset)"
               : leap && minute != 23 * 60 + 59 ? "has a second 60 that is no leap second" : NULL;
    fault = zone(&c, iso, !iso, &offset);
    if (fault)
        return fault;
    if (c.p != c.end)
        return "has something after the zone";
    int utc = ((minute - offset) % 1440 + 1440) % 1440;
    return leap && utc != 23 * 60 + 59 ? "has a second 60 that is no leap second" : NULL;
}

/* One run of designators ("YMD" or "HMS") in their order; false on anything malformed.
 * *seen counts components, *fraction is set once one had decimals (only the last may). */
static bool components(struct cursor *c, const char *designators, int *seen, bool *fraction)
{
    while (c->p < c->end && *c->p != 'T') {
        const char *start = c->p;
        if (*fraction)
            return false;
        while (c->p < c->end && digit(*c->p))
            c->p++;
        if (c->p == start)
            return false;
        if (c->p < c->end && (*c->p == '.' || *c->p == ',')) {
            start = ++c->p;
            while (c->p < c->end && digit(*c->p))
                c->p++;
            if (c->p == start)
                return false;
            *fraction = true;
        }
        const char *at = c->p < c->end && *c->p ? strchr(designators, *c->p) : NULL;
        if (!at)
            return false;
        designators = at + 1;
        c->p++;
        (*seen)++;
    }
    return true;
}

bool xapi_is_duration(const char *text, size_t len)
{
    struct cursor c = {text, text + len};
    int seen = 0, seen_time = 0;
    bool fraction = false;
    if (!literal(&c, 'P'))
        return false;
    if (len > 2 && text[len - 1] == 'W') /* weeks stand alone */
        return components(&c, "W", &seen, &fraction) && c.p == c.end && seen == 1;
    if (!components(&c, "YMD", &seen, &fraction))
        return false;
    if (c.p < c.end) {
        c.p++; /* T */
        if (fraction || !components(&c, "HMS", &seen_time, &fraction) || seen_time == 0 ||
            c.p != c.end)
            return false;
    }
    return seen + seen_time > 0;
}
