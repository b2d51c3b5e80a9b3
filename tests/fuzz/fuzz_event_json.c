/* fuzz_event_json.c - the JSON event reader, and what it reads through the record and back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "event.h"
#include "limit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    aw_error err = AW_ERROR_INIT;
    struct event_owned read, decoded;
    struct buf record = BUF_INIT(LIMIT_RECORD_BYTES);
    if (event_from_json((const char *)data, size, &read, &err) != AW_OK) {
        if (err.code == AW_OK || !err.text[0])
            abort(); /* a refusal always says why */
        return 0;
    }
    if (event_validate(&read.event, &err) == AW_OK) {
        if (event_encode(&read.event, &record, &err) != AW_OK ||
            event_decode(record.data, record.len, &decoded, &err) != AW_OK ||
            decoded.event.kind != read.event.kind ||
            decoded.event.attribute_count != read.event.attribute_count ||
            decoded.event.body_bytes != read.event.body_bytes)
            abort();
        event_free(&decoded);
    }
    event_json_free(&read);
    buf_free(&record);
    return 0;
}
