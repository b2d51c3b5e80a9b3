/*
 * fuzz_xapi_validate.c - any bytes as a statement, a batch or a request, in both versions.
 *
 * A first line "#TYPE" makes the rest a request of that Content-Type. Whatever
 * comes in, there is a verdict; what is invalid has a reason of valid UTF-8.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"
#include "valid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_told(int rc, const struct xapi_fault *fault)
{
    if (rc == 0)
        return;
    if (!*fault->reason || !utf8_valid(fault->reason, strlen(fault->reason), NULL) ||
        !utf8_valid(fault->path, strlen(fault->path), NULL))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *eol = size > 0 && text[0] == '#' ? memchr(text, '\n', size) : NULL;
    for (int v = XAPI_1_0_3; v <= XAPI_2_0_0; v++) {
        struct xapi_fault fault;
        enum xapi_version version = (enum xapi_version)v;
        if (eol) {
            char type[256];
            size_t len = (size_t)(eol - text - 1);
            len = len < sizeof type ? len : sizeof type - 1;
            memcpy(type, text + 1, len);
            type[len] = '\0';
            must_be_told(xapi_validate_request(type, eol + 1, size - (size_t)(eol + 1 - text),
                                               version, &fault), &fault);
        } else {
            int one = xapi_validate(text, size, version, &fault);
            must_be_told(one, &fault);
            int batch = xapi_validate_batch(text, size, version, &fault);
            must_be_told(batch, &fault);
            if (one == 0 && batch != 0) /* a valid statement is a valid batch of one */
                abort();
        }
    }
    return 0;
}
