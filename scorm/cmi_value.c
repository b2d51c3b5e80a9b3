/* cmi_value.c - numbers, results, languages, identifiers and vocabularies of the CMI data model. */
#include "cmi_value.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A host may have set a locale with a decimal comma; strtod must not see it. */
static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void trim(const char **text, size_t *len)
{
    while (*len && (unsigned char)(*text)[0] <= ' ')
        (*text)++, (*len)--;
    while (*len && (unsigned char)(*text)[*len - 1] <= ' ')
        (*len)--;
}

/* [+-] digits [. digits] [e [+-] digits]: does it match, and up to where? At least one digit. */
static bool decimal_syntax(const char *text, size_t len, size_t *out_end)
{
    size_t i = 0, digits = 0;
    if (i < len && (text[i] == '+' || text[i] == '-'))
        i++;
    for (; i < len && digit(text[i]); i++)
        digits++;
    if (i < len && text[i] == '.')
        for (i++; i < len && digit(text[i]); i++)
            digits++;
    if (digits == 0)
        return false;
    if (i < len && (text[i] == 'e' || text[i] == 'E')) {
        size_t k = i + 1;
        if (k < len && (text[k] == '+' || text[k] == '-'))
            k++;
        if (k >= len || !digit(text[k]))
            return false;
        for (i = k; i < len && digit(text[i]); i++)
            ;
    }
    *out_end = i;
    return true;
}

/* Up to 15 digits, no exponent: exact in a double, and what content sends. */
static bool short_decimal(const char *text, size_t len, double *out)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    size_t i = 0, after = 0;
    int64_t mantissa = 0;
    bool negative = len && text[0] == '-', point = false;
    if (len > 16)
        return false;
    if (len && (text[0] == '+' || text[0] == '-'))
        i++;
    for (; i < len; i++) {
        if (text[i] == '.') {
            point = true;
            continue;
        }
        if (!digit(text[i]))
            return false;
        mantissa = mantissa * 10 + (text[i] - '0');
        after += point ? 1 : 0;
    }
    if (mantissa > INT64_C(999999999999999))
        return false;
    double value = (double)mantissa / powers[after];
    *out = negative ? -value : value;
    return true;
}

static bool to_double(const char *text, size_t len, double *out)
{
    char copy[400];
    if (short_decimal(text, len, out))
        return true;
    if (len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = 0;
    pthread_once(&c_locale_once, make_c_locale);
    *out = c_locale ? strtod_l(copy, NULL, c_locale) : strtod(copy, NULL);
    return true;
}

bool cmi_real(const char *text, size_t len, double *out)
{
    size_t end;
    double value;
    trim(&text, &len);
    if (!decimal_syntax(text, len, &end) || end != len || !to_double(text, len, &value) ||
        !isfinite(value))
        return false;
    *out = value;
    return true;
}

/* Java's Double.parseDouble, which ADL's validators call: also NaN, Infinity, and 1.5f, 1.5d. */
static bool java_double(const char *text, size_t len, double *out)
{
    trim(&text, &len);
    size_t end, sign = len && (text[0] == '+' || text[0] == '-') ? 1 : 0;
    if (len - sign == 3 && memcmp(text + sign, "NaN", 3) == 0) {
        *out = NAN;
        return true;
    }
    if (len - sign == 8 && memcmp(text + sign, "Infinity", 8) == 0) {
        *out = text[0] == '-' ? -INFINITY : INFINITY;
        return true;
    }
    if (!decimal_syntax(text, len, &end) || !to_double(text, end, out))
        return false;
    return end == len || (end + 1 == len && strchr("fFdD", text[end]));
}

bool cmi_real_strict(const char *text, size_t len, double lo, double hi)
{
    double value;
    /* NaN is neither below nor above: ADL accepts it. It never reaches a statement. */
    return java_double(text, len, &value) && !(value < lo) && !(value > hi);
}

bool cmi_integer_strict(const char *text, size_t len, double lo, double hi)
{
    double value;
    for (size_t i = 0; i < len; i++)
        if (!digit(text[i]) && !(i == 0 && (text[i] == '-' || text[i] == '+')))
            return false;
    return cmi_real(text, len, &value) && value >= lo && value <= hi;
}

bool cmi_decimal_strict(const char *text, size_t len, double lo, double hi)
{
    double value;
    for (size_t i = 0; i < len; i++)
        if (!digit(text[i]) && text[i] != '.' && !(i == 0 && text[i] == '-'))
            return false;
    return len && text[len - 1] != '.' && cmi_real(text, len, &value) && value >= lo && value <= hi;
}

bool cmi_result_strict(const char *text, size_t len)
{
    return cmi_vocabulary_has("correct|incorrect|unanticipated|neutral", text, len) ||
           cmi_real_strict(text, len, -INFINITY, INFINITY);
}

bool cmi_vocabulary_has(const char *vocabulary, const char *text, size_t len)
{
    for (const char *p = vocabulary; p;) {
        const char *end = strchr(p, '|');
        size_t n = end ? (size_t)(end - p) : strlen(p);
        if (n == len && memcmp(p, text, len) == 0)
            return true;
        p = end ? end + 1 : NULL;
    }
    return false;
}

/* ISO 639-1, and beside each its ISO 639-2/T code. */
static const char languages[] =
    "aa aar ab abk ae ave af afr ak aka am amh an arg ar ara as asm av ava ay aym az aze ba bak "
    "be bel bg bul bh bih bi bis bm bam bn ben bo bod br bre bs bos ca cat ce che ch cha co cos "
    "cr cre cs ces cu chu cv chv cy cym da dan de deu dv div dz dzo ee ewe el ell en eng eo epo "
    "es spa et est eu eus fa fas ff ful fi fin fj fij fo fao fr fra fy fry ga gle gd gla gl glg "
    "gn grn gu guj gv glv ha hau he heb hi hin ho hmo hr hrv ht hat hu hun hy hye hz her ia ina "
    "id ind ie ile ig ibo ii iii ik ipk in ind io ido is isl it ita iu iku iw heb ja jpn ji yid "
    "jv jav ka kat kg kon ki kik kj kua kk kaz kl kal km khm kn kan ko kor kr kau ks kas ku kur "
    "kv kom kw cor ky kir la lat lb ltz lg lug li lim ln lin lo lao lt lit lu lub lv lav mg mlg "
    "mh mah mi mri mk mkd ml mal mn mon mo mol mr mar ms msa mt mlt my mya na nau nb nob nd nde "
    "ne nep ng ndo nl nld nn nno no nor nr nbl nv nav ny nya oc oci oj oji om orm or ori os oss "
    "pa pan pi pli pl pol ps pus pt por qu que rm roh rn run ro ron ru rus rw kin sa san sc srd "
    "sd snd se sme sg sag si sin sk slk sl slv sm smo sn sna so som sq sqi sr srp ss ssw st sot "
    "su sun sv swe sw swa ta tam te tel tg tgk th tha ti tir tk tuk tl tgl tn tsn to ton tr tur "
    "ts tso tt tat tw twi ty tah ug uig uk ukr ur urd uz uzb ve ven vi vie vo vol wa wln wo wol "
    "xh xho yi yid yo yor za zha zh zho zu zul ";

static bool language_known(const char *text, size_t len)
{
    char word[5];
    for (size_t i = 0; i < len; i++)
        word[i] = (char)(text[i] | 0x20);
    word[len] = ' ';
    word[len + 1] = 0;
    for (const char *p = languages; (p = strstr(p, word)); p++)
        if (p == languages || p[-1] == ' ')
            return true;
    return false;
}

bool cmi_language_strict(const char *text, size_t len)
{
    size_t primary = 0, i;
    if (len == 0)
        return true;
    while (primary < len && alpha(text[primary]))
        primary++;
    if (primary < len && text[primary] != '-')
        return false;
    if (primary == 1) {
        if (!strchr("iIxX", text[0]) || primary == len)
            return false;
    } else if (primary < 2 || primary > 3 || !language_known(text, primary)) {
        return false;
    }
    for (i = primary; i < len;) {
        size_t start = ++i;
        while (i < len && (alpha(text[i]) || digit(text[i])))
            i++;
        if (i - start < 1 || i - start > 8 || (i < len && text[i] != '-'))
            return false;
    }
    return true;
}

/* ---- identifiers, as java.net.URI (RFC 2396 with raw Unicode) takes them ---- */

static bool uri_char(const char *text, size_t len, size_t at, const char *more, size_t *out_next)
{
    unsigned char c = (unsigned char)text[at];
    if (c == '%') {
        if (at + 2 >= len)
            return false;
        for (size_t k = 1; k <= 2; k++)
            if (!digit(text[at + k]) && !strchr("abcdefABCDEF", text[at + k]))
                return false;
        *out_next = at + 3;
        return true;
    }
    *out_next = at + 1;
    return c >= 0x80 || alpha((char)c) || digit((char)c) ||
           (c > ' ' && (strchr("_-!.~'()*", c) || strchr(more, c)));
}

static bool uri_run(const char *text, size_t len, size_t *at, const char *more, const char *stop)
{
    while (*at < len && !strchr(stop, text[*at])) {
        size_t next;
        if (text[*at] == 0 || !uri_char(text, len, *at, more, &next))
            return false;
        *at = next;
    }
    return true;
}

bool cmi_uri_strict(const char *text, size_t len)
{
    static const char uric[] = ";/?:@&=+$,[]", pchar[] = ":@&=+$,;/";
    size_t i = 0, colon = 0;
    if (len == 0 || memchr(text, 0, len))
        return false;
    while (colon < len && !strchr(":/?#", text[colon]))
        colon++;
    if (colon < len && text[colon] == ':') {
        for (size_t k = 0; k < colon; k++)
            if (!alpha(text[k]) && !(k > 0 && (digit(text[k]) || strchr("+-.", text[k]))))
                return false;
        i = colon + 1;
        if (colon == 0 || i == len || text[i] == '#')
            return false;
        if (text[i] != '/') /* opaque: urn:..., mailto:... */
            goto fragment;
    }
    if (len - i >= 2 && text[i] == '/' && text[i + 1] == '/') {
        i += 2;
        size_t authority = i;
        if (!uri_run(text, len, &i, "$,;:@&=+[]", "/?#") || i == authority)
            return false;
    }
    if (!uri_run(text, len, &i, pchar, "?#"))
        return false;
fragment:
    if (!uri_run(text, len, &i, uric, "#"))
        return false;
    if (i < len)
        i++;
    return uri_run(text, len, &i, uric, "");
}

const char *cmi_localized(const char *text, size_t len, const char **out_lang, size_t *out_lang_len,
                          size_t *out_len)
{
    *out_lang = text;
    *out_lang_len = 0;
    *out_len = len;
    if (len < 7 || memcmp(text, "{lang=", 6) != 0)
        return text;
    const char *end = memchr(text, '}', len);
    if (!end)
        return text;
    *out_lang = text + 6;
    *out_lang_len = (size_t)(end - text) - 6;
    *out_len = len - (size_t)(end + 1 - text);
    return end + 1;
}
