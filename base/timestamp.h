/* timestamp.h - UTC milliseconds and their RFC 3339 text. */
#ifndef BASE_TIMESTAMP_H
#define BASE_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMESTAMP_TEXT 25 /* 2026-03-02T08:00:00.000Z and the NUL */
#define TIMESTAMP_MIN_MS INT64_C(-62135596800000) /* year 1 */
#define TIMESTAMP_MAX_MS INT64_C(253402300799999) /* year 9999 */

int64_t timestamp_now_ms(void);
int64_t timestamp_monotonic_ms(void);
/* ms outside of years 1 to 9999 is clamped. */
void timestamp_text(int64_t ms, char out[TIMESTAMP_TEXT]);
/* RFC 3339 with any zone and up to nine digits of fraction (cut to
 * milliseconds); *out_offset_min may be NULL. */
bool timestamp_parse(const char *text, size_t len, int64_t *out_ms, int32_t *out_offset_min);
/* "+01:00"; false if it is out of -24h..24h. */
bool timestamp_offset_text(int32_t offset_min, char out[8]);
/* ISO 8601 duration in hours, minutes and seconds, "PT1H12M", "PT0S". */
void timestamp_duration_text(int64_t ms, char out[40]);

#endif
