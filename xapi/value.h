/*
 * value.h - is this text a well-formed IRI, language tag, duration ...?
 *
 * Pure checks of a span of bytes, shared by the writer and the validator. They
 * never read past len, need no terminator, and treat invalid UTF-8 as a no.
 */
#ifndef XAPI_VALUE_H
#define XAPI_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum xapi_version { XAPI_1_0_3, XAPI_2_0_0 };

/* RFC 3987, section 2.2: an IRI, that is with a scheme; no relative reference. */
bool xapi_is_iri(const char *text, size_t len);
/* RFC 3986: the same, ASCII only. */
bool xapi_is_uri(const char *text, size_t len);
/* "mailto:" and one addr-spec of RFC 6068, percent-encoding allowed, no headers. */
bool xapi_is_mailto(const char *text, size_t len);
/* Well-formed by RFC 5646, section 2.1, grandfathered tags included. */
bool xapi_is_language_tag(const char *text, size_t len);
/* The standard string form, 8-4-4-4-12. xAPI (part 2, section 4.4) only recommends the
 * variant of RFC 9562, so others are valid; what we write ourselves has it, and a version
 * from 1 to 8. */
bool xapi_is_uuid(const char *text, size_t len);
bool xapi_is_uuid_bytes(const uint8_t bytes[16]);
/* Hexadecimal SHA-1; hexadecimal SHA-224, -256, -384 or -512. */
bool xapi_is_sha1(const char *text, size_t len);
bool xapi_is_sha2(const char *text, size_t len);
/* RFC 2045, section 5.1: type "/" subtype *(";" parameter). */
bool xapi_is_media_type(const char *text, size_t len);
/* ISO 8601:2004, section 4.4.3.2: designators, decimals only in the last. */
bool xapi_is_duration(const char *text, size_t len);
/* A date and time; 1.0.3: ISO 8601 as its section 4.5 restricts it, 2.0.0: RFC 3339. NULL
 * if it is one, else what is wrong with it. */
const char *xapi_timestamp_fault(const char *text, size_t len, enum xapi_version version);

#endif
