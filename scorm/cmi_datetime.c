/* cmi_datetime.c - points in time: time(second,10,0) of SCORM 2004, CMITime of SCORM 1.2. */
#include "cmi_value.h"

#include "buf.h"

static bool two(const char *text, size_t at, int lo, int hi, int *out)
{
    if (text[at] < '0' || text[at] > '9' || text[at + 1] < '0' || text[at + 1] > '9')
        return false;
    *out = (text[at] - '0') * 10 + text[at + 1] - '0';
    return *out >= lo && *out <= hi;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct parts {
    int year, month, day, hour, minute, second;
    int ms;
    size_t fraction_digits;
    bool has_zone, zone_minutes;
    int32_t offset_min;
};

/* Z, +hh, +hh:mm at `at`, which must end the text. */
static bool zone(const char *text, size_t len, size_t at, struct parts *out)
{
    int hours, minutes = 0;
    out->has_zone = true;
    if (text[at] == 'Z')
        return at + 1 == len;
    if ((text[at] != '+' && text[at] != '-') || (len - at != 3 && len - at != 6) ||
        !two(text, at + 1, 0, 23, &hours))
        return false;
    if (len - at == 6 && (text[at + 3] != ':' || !two(text, at + 4, 0, 59, &minutes)))
        return false;
    out->offset_min = (hours * 60 + minutes) * (text[at] == '-' ? -1 : 1);
    return true;
}

/* YYYY[-MM[-DD[Thh[:mm[:ss[.f]]]]]] and, leniently, a zone behind any part of the time. */
static bool read_parts(const char *text, size_t len, struct parts *out)
{
    int high, low;
    size_t i = 4;
    *out = (struct parts){.month = 1, .day = 1};
    if (len < 4 || !two(text, 0, 0, 99, &high) || !two(text, 2, 0, 99, &low))
        return false;
    out->year = high * 100 + low;
    if (out->year == 0)
        return false;
    if (i == len)
        return true;
    if (len < i + 3 || text[i] != '-' || !two(text, i + 1, 1, 12, &out->month))
        return false;
    if ((i += 3) == len)
        return true;
    if (len < i + 3 || text[i] != '-' ||
        !two(text, i + 1, 1, days_in_month(out->year, out->month), &out->day))
        return false;
    if ((i += 3) == len)
        return true;
    if (len < i + 3 || text[i] != 'T' || !two(text, i + 1, 0, 23, &out->hour))
        return false;
    i += 3;
    int *part[] = {&out->minute, &out->second};
    for (int k = 0; k < 2 && i < len && text[i] == ':'; k++, i += 3)
        if (len < i + 3 || !two(text, i + 1, 0, 59, part[k]))
            return false;
    if (i < len && (text[i] == '.' || text[i] == ',')) {
        int unit = 100;
        if (len < i + 2 || i != 19)
            return false;
        for (i++; i < len && text[i] >= '0' && text[i] <= '9'; i++, out->fraction_digits++) {
            out->ms += unit * (text[i] - '0');
            unit /= 10;
        }
        if (out->fraction_digits == 0)
            return false;
    }
    return i == len || zone(text, len, i, out);
}

bool cmi_datetime_strict(const char *text, size_t len)
{
    struct parts p;
    if (!read_parts(text, len, &p) || p.year < 1970 || p.year > 2038)
        return false;
    for (size_t i = 0; i < len; i++)
        if (text[i] == ',')
            return false;
    /* RTE 4.1.1.7: a zone needs the fraction of the second before it. */
    return p.fraction_digits <= 2 && (!p.has_zone || p.fraction_digits > 0);
}

bool cmi_datetime_read(const char *text, size_t len, struct cmi_datetime *out)
{
    struct parts p;
    while (len && (text[0] == ' ' || text[0] == '\t'))
        text++, len--;
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    if (!read_parts(text, len, &p))
        return false;
    int64_t seconds = days_from_civil(p.year, p.month, p.day) * 86400 + p.hour * 3600 +
                      p.minute * 60 + p.second;
    out->ms = seconds * 1000 + p.ms - (int64_t)p.offset_min * 60000;
    out->has_zone = p.has_zone;
    out->offset_min = p.offset_min;
    return true;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097, doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2 ? 1 : 0));
}

void cmi_datetime_write(struct buf *out, const struct cmi_datetime *t)
{
    int64_t day = t->ms / 86400000, rest = t->ms % 86400000;
    int y, m, d;
    if (rest < 0)
        rest += 86400000, day--;
    civil_from_days(day, &y, &m, &d);
    buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%02d%s", y, m, d, (int)(rest / 3600000),
               (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), (int)(rest / 10 % 100),
               t->has_zone ? "Z" : "");
}

bool cmi_time_ms(const char *text, size_t len, int64_t *out_ms)
{
    int64_t ms;
    /* The same notation as a timespan, and less than a day of it. */
    if (len < 7 || text[0] == 'P' || !cmi_duration_ms(text, len, &ms) || ms >= 86400000)
        return false;
    *out_ms = ms;
    return true;
}

bool cmi_time_strict(const char *text, size_t len)
{
    int part;
    if (len < 8 || !two(text, 0, 0, 23, &part) || text[2] != ':' || !two(text, 3, 0, 59, &part) ||
        text[5] != ':' || !two(text, 6, 0, 59, &part))
        return false;
    if (len == 8)
        return true;
    if (text[8] != '.' || len < 10 || len > 11)
        return false;
    for (size_t i = 9; i < len; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}
