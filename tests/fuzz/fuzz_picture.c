/*
 * fuzz_picture.c - any bytes as a picture of any kind: refused, or cleaned, never longer than a
 * few bytes more, and what is clean stays as it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {"image/jpeg", "image/png", "image/webp"};
    if (size == 0)
        return 0;
    const char *type = types[data[0] % 3];
    struct buf out = BUF_INIT(size + 64), again = BUF_INIT(size + 64);
    if (picture_clean(type, data + 1, size - 1, &out, NULL) == AW_OK) {
        if (picture_clean(type, out.data, out.len, &again, NULL) != AW_OK || again.len != out.len ||
            memcmp(again.data, out.data, out.len) != 0)
            abort();
    }
    buf_free(&out);
    buf_free(&again);
    return 0;
}
