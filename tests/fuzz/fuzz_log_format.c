/* fuzz_log_format.c - the headers of segments and records from any bytes: never accepted wrongly. */
#include "format.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    uint8_t bytes[SEGMENT_DATA_AT] = {0}, again[SEGMENT_DATA_AT];
    struct segment_info info;
    struct record_info record;
    memcpy(bytes, data, len < sizeof bytes ? len : sizeof bytes);
    uint64_t bad_at = 0;
    if (segment_decode(bytes, &info, &bad_at) == SEGMENT_OK) {
        segment_encode(&info, again); /* what is accepted is exactly what would be written */
        if (memcmp(again, bytes, sizeof again) != 0)
            abort();
    }
    if (record_decode(bytes, 7, 1024, &record)) {
        record_encode(&record, 7, 1024, again);
        if (memcmp(again, bytes, RECORD_HEADER_BYTES) != 0)
            abort();
    }
    return 0;
}
