/* cmi_duration.c - durations: ISO 8601 as SCORM 2004 restricts it, and HH:MM:SS of SCORM 1.2. */
#include <string.h>

#include "buf.h"
#include "cmi_value.h"

#define SECONDS_MAX INT64_C(1000000000000) /* 31,000 years: beyond that a value means nothing */

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits at *at; false if there are none or the number is beyond SECONDS_MAX. */
static bool number(const char *text, size_t len, size_t *at, int64_t *out)
{
    size_t i = *at;
    int64_t value = 0;
    while (i < len && digit(text[i])) {
        value = value * 10 + (text[i++] - '0');
        if (value > SECONDS_MAX)
            return false;
    }
    if (i == *at)
        return false;
    *at = i;
    *out = value;
    return true;
}

/* Digits of a fraction as milliseconds, cut after the third. */
static int64_t fraction(const char *text, size_t len, size_t *at)
{
    int64_t ms = 0, unit = 100;
    for (; *at < len && digit(text[*at]); (*at)++) {
        ms += unit * (text[*at] - '0');
        unit /= 10;
    }
    return ms;
}

/* P[nY][nM][nD][T[nH][nM][n[.nn]S]], designators in this order, each once. */
bool cmi_duration_strict(const char *text, size_t len)
{
    static const char date[] = "YMD", time[] = "HMS";
    const char *order = date;
    bool in_time = false;
    size_t i = 1;
    if (len < 2 || text[0] != 'P')
        return false;
    while (i < len) {
        if (text[i] == 'T') {
            if (in_time || ++i == len || !digit(text[i]))
                return false;
            in_time = true;
            order = time;
            continue;
        }
        size_t start = i, point = 0;
        while (i < len && digit(text[i]))
            i++;
        if (i == start)
            return false;
        if (i < len && text[i] == '.') {
            point = i++;
            while (i < len && digit(text[i]))
                i++;
            if (i - point - 1 < 1 || i - point - 1 > 2)
                return false;
        }
        const char *found = i < len && text[i] ? strchr(order, text[i]) : NULL;
        if (!found || (point && text[i] != 'S'))
            return false;
        order = found + 1;
        i++;
    }
    return true;
}

/* HHHH:MM:SS.SS with two to four digits of hours. */
bool cmi_timespan_strict(const char *text, size_t len)
{
    size_t i = 0;
    while (i < len && digit(text[i]))
        i++;
    if (i < 2 || i > 4 || len < i + 6 || text[i] != ':' || text[i + 3] != ':')
        return false;
    for (size_t k = 1; k <= 5; k++)
        if (k != 3 && !digit(text[i + k]))
            return false;
    i += 6;
    if (i == len)
        return true;
    if (text[i] != '.' || len - i < 2 || len - i > 3)
        return false;
    for (i++; i < len; i++)
        if (!digit(text[i]))
            return false;
    return true;
}

static bool clock_ms(const char *text, size_t len, int64_t *out_ms)
{
    int64_t part[3];
    size_t i = 0;
    for (int k = 0; k < 3; k++) {
        if (k > 0 && (i >= len || text[i++] != ':'))
            return false;
        if (!number(text, len, &i, &part[k]))
            return false;
    }
    int64_t ms = 0;
    if (i < len && (text[i] == '.' || text[i] == ',')) {
        i++;
        ms = fraction(text, len, &i);
    }
    int64_t seconds = part[0] * 3600 + part[1] * 60 + part[2];
    if (i != len || seconds > SECONDS_MAX)
        return false;
    *out_ms = seconds * 1000 + ms;
    return true;
}

static bool iso_ms(const char *text, size_t len, int64_t *out_ms)
{
    static const struct {
        char designator;
        bool time;
        int64_t seconds;
    } units[] = {{'Y', false, CMI_YEAR_S}, {'M', false, CMI_MONTH_S}, {'W', false, 604800},
                 {'D', false, 86400},      {'H', true, 3600},         {'M', true, 60},
                 {'S', true, 1}};
    const size_t unit_count = sizeof units / sizeof units[0];
    size_t i = 1, next = 0;
    bool time = false;
    int64_t total = 0, ms = 0;
    while (i < len) {
        if (text[i] == 'T') {
            if (time)
                return false;
            time = true;
            i++;
            continue;
        }
        int64_t value, part = 0;
        bool fractional = false;
        if (!number(text, len, &i, &value))
            return false;
        if (i < len && (text[i] == '.' || text[i] == ',')) {
            fractional = true;
            i++;
            part = fraction(text, len, &i);
        }
        if (i == len)
            return false;
        while (next < unit_count && (units[next].designator != text[i] || units[next].time != time))
            next++;
        if (next == unit_count || (fractional && text[i] != 'S') ||
            value > SECONDS_MAX / units[next].seconds)
            return false;
        total += value * units[next++].seconds;
        ms += part;
        i++;
    }
    if (total > SECONDS_MAX)
        return false;
    *out_ms = total * 1000 + ms;
    return true;
}

bool cmi_duration_ms(const char *text, size_t len, int64_t *out_ms)
{
    while (len && (text[0] == ' ' || text[0] == '\t'))
        text++, len--;
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    if (len == 0)
        return false;
    return text[0] == 'P' ? iso_ms(text, len, out_ms) : clock_ms(text, len, out_ms);
}

static void seconds_write(struct buf *out, int64_t seconds, int64_t hundredths)
{
    buf_i64(out, seconds);
    if (hundredths) {
        buf_putc(out, '.');
        buf_putc(out, (char)('0' + hundredths / 10));
        if (hundredths % 10)
            buf_putc(out, (char)('0' + hundredths % 10));
    }
    buf_putc(out, 'S');
}

/* "T1H2M3.4S" of less than a day or of any length; nothing if it is zero. */
static void clock_write(struct buf *out, int64_t ms)
{
    int64_t hours = ms / 3600000, minutes = ms / 60000 % 60, seconds = ms / 1000 % 60;
    int64_t hundredths = ms / 10 % 100;
    if (ms / 10 == 0)
        return;
    buf_putc(out, 'T');
    if (hours) {
        buf_i64(out, hours);
        buf_putc(out, 'H');
    }
    if (minutes) {
        buf_i64(out, minutes);
        buf_putc(out, 'M');
    }
    if (seconds || hundredths)
        seconds_write(out, seconds, hundredths);
}

void cmi_duration_write(struct buf *out, int64_t ms)
{
    if (ms / 10 <= 0) {
        BUF_LIT(out, "PT0S");
        return;
    }
    buf_putc(out, 'P');
    clock_write(out, ms);
}

void cmi_duration_write_long(struct buf *out, int64_t ms)
{
    static const struct {
        int64_t seconds;
        char designator;
    } units[] = {{CMI_YEAR_S, 'Y'}, {CMI_MONTH_S, 'M'}, {86400, 'D'}};
    if (ms / 10 <= 0) {
        BUF_LIT(out, "PT0S");
        return;
    }
    buf_putc(out, 'P');
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        int64_t n = ms / 1000 / units[i].seconds;
        if (!n)
            continue;
        buf_i64(out, n);
        buf_putc(out, units[i].designator);
        ms -= n * units[i].seconds * 1000;
    }
    clock_write(out, ms);
}

void cmi_timespan_write(struct buf *out, int64_t ms)
{
    if (ms < 0)
        ms = 0;
    int64_t hours = ms / 3600000;
    buf_printf(out, "%04lld:%02d:%02d.%02d", (long long)(hours > 9999 ? 9999 : hours),
               (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms / 10 % 100));
}
