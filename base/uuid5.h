/* uuid5.h - name-based UUIDs (RFC 9562, section 5.5), over libuuid. */
#ifndef BASE_UUID5_H
#define BASE_UUID5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct uuid5 {
    uint8_t bytes[16];
} uuid5;

#define UUID5_TEXT 37 /* with the NUL */

/* The namespace of everything of ours: UUIDv5(URL, "https://w3id.org/xapi/afterword"). */
extern const uuid5 uuid5_afterword;

/* Over the parts joined by U+001F; NULL counts as "", and the last part must be
 * UUID5_END. So ("a", "b") and ("ab") differ. */
extern const char uuid5_end[];
#define UUID5_END uuid5_end
uuid5 uuid5_make(const uuid5 *ns, const char *first, ...);
uuid5 uuid5_bytes(const uuid5 *ns, const void *name, size_t len);
void uuid5_text(const uuid5 *id, char out[UUID5_TEXT]); /* lower case */
/* Any RFC 9562 UUID in the 8-4-4-4-12 form, either case. */
bool uuid5_parse(const char *text, uuid5 *out);
bool uuid5_equal(const uuid5 *a, const uuid5 *b);

#endif
