/* retry_after.c - reads Retry-After: seconds, or an HTTP date in any of its three forms. */
#include <stdlib.h>
#include <string.h>

#include "retry.h"

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static bool digits(const char *p, size_t n, int *out)
{
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        value = value * 10 + (p[i] - '0');
    }
    *out = value;
    return true;
}

static bool month(const char *p, int *out)
{
    for (int i = 0; i < 12; i++) {
        if (strncmp(p, months + 3 * i, 3) == 0) {
            *out = i + 1;
            return true;
        }
    }
    return false;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t days(int year, int mon, int day)
{
    int64_t y = mon <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (mon + (mon > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/*
 * The forms as patterns: D day, M month name, Y year, y year of two digits, h m s, and
 * _ a day of the month that may begin with a space, Z "GMT"; others stand for themselves.
 */
static const char *const forms[] = {"D M Y h:m:s Z", "D-M-y h:m:s Z", "M _ h:m:s Y"};

struct moment {
    int year, mon, day, hour, min, sec;
};

static size_t read_field(char what, const char *p, size_t left, struct moment *t)
{
    bool ok = false;
    size_t n = what == 'Y' ? 4 : what == 'M' || what == 'Z' ? 3 : 2;
    if (left < n)
        return 0;
    switch (what) {
    case 'M': ok = month(p, &t->mon); break;
    case 'Z': ok = memcmp(p, "GMT", 3) == 0; break;
    case 'Y': ok = digits(p, 4, &t->year); break;
    case 'y':
        ok = digits(p, 2, &t->year);
        t->year += t->year < 70 ? 2000 : 1900;
        break;
    case 'D': ok = digits(p, 2, &t->day); break;
    case '_': ok = p[0] == ' ' ? digits(p + 1, 1, &t->day) : digits(p, 2, &t->day); break;
    case 'h': ok = digits(p, 2, &t->hour); break;
    case 'm': ok = digits(p, 2, &t->min); break;
    default: ok = digits(p, 2, &t->sec); break;
    }
    return ok ? n : 0;
}

static bool matches(const char *form, const char *p, struct moment *t)
{
    size_t left = strlen(p);
    for (; *form; form++) {
        size_t n = strchr("DMYyhms_Z", *form) ? read_field(*form, p, left, t)
                                             : (size_t)(left > 0 && *p == *form);
        if (n == 0)
            return false;
        p += n;
        left -= n;
    }
    return left == 0 && t->mon > 0 && t->day >= 1 && t->day <= 31 && t->hour < 24 && t->min < 60 &&
           t->sec <= 60;
}

static bool read_date(const char *text, int64_t *out_ms)
{
    /* The name of the weekday says nothing new: "Sun, ", "Sunday, ", "Sun ". */
    const char *p = strchr(text, ' ');
    if (!p)
        return false;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct moment t = {0};
        if (!matches(forms[i], p + 1, &t))
            continue;
        *out_ms = (((days(t.year, t.mon, t.day) * 24 + t.hour) * 60 + t.min) * 60 + t.sec) * 1000;
        return true;
    }
    return false;
}

int64_t retry_after_ms(const char *text, int64_t now_ms)
{
    int64_t ms = 0, at;
    size_t n = strlen(text);
    if (n > 0 && strspn(text, "0123456789") == n)
        ms = n > 9 ? RETRY_AFTER_MAX_MS : strtoll(text, NULL, 10) * 1000;
    else if (read_date(text, &at))
        ms = at > now_ms ? at - now_ms : 0;
    else
        return -1;
    return ms < RETRY_AFTER_MAX_MS ? ms : RETRY_AFTER_MAX_MS;
}
