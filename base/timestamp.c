/* timestamp.c - UTC milliseconds and their RFC 3339 text, without the C library's time zone. */
#include "timestamp.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t clock_ms(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t timestamp_now_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

int64_t timestamp_monotonic_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back:
 * counted in eras of 400 years that begin on 1 March. */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    unsigned yoe = (unsigned)(y - era * 400);
    unsigned doy = (153 * (m + (m > 2 ? (unsigned)-3 : 9)) + 2) / 5 + d - 1;
    unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + (int64_t)doe - 719468;
}

static void civil_from_days(int64_t z, int *y, unsigned *m, unsigned *d)
{
    z += 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;
    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = (int)yoe + (int)era * 400 + (*m <= 2);
}

static char *put(char *p, unsigned value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        p[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return p + digits;
}

void timestamp_text(int64_t ms, char out[TIMESTAMP_TEXT])
{
    if (ms < TIMESTAMP_MIN_MS)
        ms = TIMESTAMP_MIN_MS;
    if (ms > TIMESTAMP_MAX_MS)
        ms = TIMESTAMP_MAX_MS;
    int64_t days = ms / 86400000, rest = ms % 86400000;
    if (rest < 0) {
        rest += 86400000;
        days--;
    }
    int y;
    unsigned m, d, r = (unsigned)rest;
    civil_from_days(days, &y, &m, &d);
    char *p = put(out, (unsigned)y, 4);
    *p++ = '-';
    p = put(p, m, 2);
    *p++ = '-';
    p = put(p, d, 2);
    *p++ = 'T';
    p = put(p, r / 3600000, 2);
    *p++ = ':';
    p = put(p, r / 60000 % 60, 2);
    *p++ = ':';
    p = put(p, r / 1000 % 60, 2);
    *p++ = '.';
    p = put(p, r % 1000, 3);
    *p++ = 'Z';
    *p = 0;
}

/* n digits at *p as a number; false if there are fewer. */
static bool digits(const char **p, const char *end, int n, int *out)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (*p >= end || !isdigit((unsigned char)**p))
            return false;
        value = value * 10 + (*(*p)++ - '0');
    }
    *out = value;
    return true;
}

static bool literal(const char **p, const char *end, char c)
{
    if (*p >= end || **p != c)
        return false;
    (*p)++;
    return true;
}

static bool parse_zone(const char **p, const char *end, int *out_min)
{
    if (*p < end && (**p == 'Z' || **p == 'z')) {
        (*p)++;
        *out_min = 0;
        return true;
    }
    if (*p >= end || (**p != '+' && **p != '-'))
        return false;
    int sign = *(*p)++ == '-' ? -1 : 1, h, m;
    if (!digits(p, end, 2, &h) || !literal(p, end, ':') || !digits(p, end, 2, &m))
        return false;
    *out_min = sign * (h * 60 + m);
    return h <= 23 && m <= 59;
}

static bool parse_fraction(const char **p, const char *end, int *out_ms)
{
    *out_ms = 0;
    if (*p >= end || **p != '.')
        return true;
    (*p)++;
    int n = 0;
    for (; *p < end && isdigit((unsigned char)**p); (*p)++, n++) {
        if (n < 3)
            *out_ms = *out_ms * 10 + (**p - '0');
    }
    for (int i = n; i < 3; i++)
        *out_ms *= 10;
    return n >= 1 && n <= 9;
}

static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static bool valid_date(int y, int m, int d)
{
    if (y < 1 || m < 1 || m > 12 || d < 1)
        return false;
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return d <= month_days[m - 1] + (m == 2 && leap);
}

bool timestamp_parse(const char *text, size_t len, int64_t *out_ms, int32_t *out_offset_min)
{
    const char *p = text, *end = text + len;
    int y, mo, d, h, mi, s, ms, zone;
    if (!digits(&p, end, 4, &y) || !literal(&p, end, '-') || !digits(&p, end, 2, &mo) ||
        !literal(&p, end, '-') || !digits(&p, end, 2, &d) || p >= end)
        return false;
    if (*p != 'T' && *p != 't' && *p != ' ') /* RFC 3339, section 5.6 */
        return false;
    p++;
    if (!digits(&p, end, 2, &h) || !literal(&p, end, ':') || !digits(&p, end, 2, &mi) ||
        !literal(&p, end, ':') || !digits(&p, end, 2, &s) || !parse_fraction(&p, end, &ms) ||
        !parse_zone(&p, end, &zone) || p != end)
        return false;
    if (!valid_date(y, mo, d) || h > 23 || mi > 59 || s > 60)
        return false;
    int64_t days = days_from_civil(y, (unsigned)mo, (unsigned)d);
    *out_ms = ((days * 24 + h) * 60 + mi - zone) * 60000 + (int64_t)s * 1000 + ms;
    if (out_offset_min)
        *out_offset_min = zone;
    return true;
}

bool timestamp_offset_text(int32_t offset_min, char out[8])
{
    if (offset_min <= -24 * 60 || offset_min >= 24 * 60)
        return false;
    unsigned a = (unsigned)(offset_min < 0 ? -offset_min : offset_min);
    out[0] = offset_min < 0 ? '-' : '+';
    put(out + 1, a / 60, 2);
    out[3] = ':';
    put(out + 4, a % 60, 2);
    out[6] = 0;
    return true;
}

void timestamp_duration_text(int64_t ms, char out[40])
{
    uint64_t u = ms < 0 ? 0 : (uint64_t)ms;
    uint64_t h = u / 3600000, m = u / 60000 % 60, s = u / 1000 % 60, frac = u % 1000;
    int n = snprintf(out, 40, "PT");
    if (h)
        n += snprintf(out + n, 40 - (size_t)n, "%lluH", (unsigned long long)h);
    if (m)
        n += snprintf(out + n, 40 - (size_t)n, "%lluM", (unsigned long long)m);
    /* ISO 8601 seconds with at most 0.01 s precision (xAPI part 2, 4.6) */
    if (frac / 10)
        snprintf(out + n, 40 - (size_t)n, frac / 10 % 10 ? "%llu.%02lluS" : "%llu.%01lluS",
                 (unsigned long long)s,
                 (unsigned long long)(frac / 10 % 10 ? frac / 10 : frac / 100));
    else if (s || (!h && !m))
        snprintf(out + n, 40 - (size_t)n, "%lluS", (unsigned long long)s);
}
