/*
 * cmi_value.h - the value formats of SCORM: what is strictly right, and what can be understood.
 *
 * Strict is what ADL's own validators accept (SCORM 2004 4th ed. RTE 4.1.1).
 * Lenient readers understand what content really sends and never guess: a value
 * with two readings has none. Numbers do not depend on the process's locale.
 */
#ifndef SCORM_CMI_VALUE_H
#define SCORM_CMI_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* ADL: a year is 365 days, a month a twelfth of 365.0041 days. */
#define CMI_YEAR_S INT64_C(31536000)
#define CMI_MONTH_S INT64_C(2628029)

/* timeinterval(second,10,2) of 2004 and CMITimespan of 1.2. */
bool cmi_duration_strict(const char *text, size_t len);
bool cmi_timespan_strict(const char *text, size_t len);
/* Either notation, weeks, more digits of fraction, a decimal comma, "P" and "PT" as zero. */
bool cmi_duration_ms(const char *text, size_t len, int64_t *out_ms);
/* "PT1H30M45.5S": hours, minutes, seconds, hundredths (cut); what statements and resumes carry. */
void cmi_duration_write(struct buf *out, int64_t ms);
/* "0001:30:45.50", as 1.2 wants it. */
void cmi_timespan_write(struct buf *out, int64_t ms);
/* With years, months and days, as ADL prints sums: "P1M1DT2H". */
void cmi_duration_write_long(struct buf *out, int64_t ms);

/* time(second,10,0). */
bool cmi_datetime_strict(const char *text, size_t len);
struct cmi_datetime {
    int64_t ms;         /* UTC; without a zone as if it were UTC */
    bool has_zone;
    int32_t offset_min;
};
/* Dates and times with any fraction and a zone behind anything. */
bool cmi_datetime_read(const char *text, size_t len, struct cmi_datetime *out);
void cmi_datetime_write(struct buf *out, const struct cmi_datetime *t);
/* CMITime of 1.2, "10:15:30.5": milliseconds since midnight. */
bool cmi_time_strict(const char *text, size_t len);
bool cmi_time_ms(const char *text, size_t len, int64_t *out_ms);

/* real(10,7) as ADL's code reads it, which takes NaN; lo and hi may be infinite. */
bool cmi_real_strict(const char *text, size_t len, double lo, double hi);
/* Finite numbers in decimal notation, white space around them. */
bool cmi_real(const char *text, size_t len, double *out);
bool cmi_integer_strict(const char *text, size_t len, double lo, double hi);
bool cmi_decimal_strict(const char *text, size_t len, double lo, double hi); /* 1.2 */

/* state or real of an interaction's result: correct, incorrect, unanticipated, neutral, a real. */
bool cmi_result_strict(const char *text, size_t len);
/* language_type: ISO 639 or i-, x-, then subtags; "" is right. */
bool cmi_language_strict(const char *text, size_t len);
/* long_identifier_type: a URI or relative reference (RFC 2396 and raw Unicode). */
bool cmi_uri_strict(const char *text, size_t len);
/* "{lang=de}Text": *out_lang points into text ("" if there is none), returns the rest. */
const char *cmi_localized(const char *text, size_t len, const char **out_lang, size_t *out_lang_len,
                          size_t *out_len);

/* "a|b|" contains text? */
bool cmi_vocabulary_has(const char *vocabulary, const char *text, size_t len);

#endif
