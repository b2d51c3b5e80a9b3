/*
 * fuzz_scorm_value.c - any text read as every element of the data model.
 *
 * What the reader understands it must write strictly, and reading that again
 * must change nothing. The first byte picks nothing: all elements read all texts.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cmi.h"
#include "cmi_value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct cmi_element *e, const char *text, size_t len)
{
    struct buf once = BUF_INIT(1u << 22), twice = BUF_INIT(1u << 22);
    if (cmi_read(e, text, len, &once) != CMI_BAD && once.error == AW_OK) {
        const char *read = once.data ? once.data : "";
        if (cmi_read(e, read, once.len, &twice) != CMI_STRICT || once.len != twice.len ||
            (once.len && memcmp(once.data, twice.data, once.len) != 0))
            abort();
    }
    buf_free(&once);
    buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *language;
    size_t language_len, len;
    uint16_t n, m;
    struct cmi_datetime when;
    if (size > 4096)
        return 0;
    for (size_t i = 0; i < CMI_ELEMENT_COUNT; i++)
        if (cmi_elements[i].role != CMI_KEYWORD && cmi_elements[i].type != CMI_TYPE_IDENTIFIER)
            check(&cmi_elements[i], text, size);
    cmi_localized(text, size, &language, &language_len, &len);
    if (len > size || language_len > size)
        abort();
    cmi_find_indexed(SCORM_12, text, size, &n, &m);
    cmi_find_indexed(SCORM_2004, text, size, &n, &m);
    if (cmi_datetime_read(text, size, &when) && (when.offset_min < -1440 || when.offset_min > 1440))
        abort();
    return 0;
}
