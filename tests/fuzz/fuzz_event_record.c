/* fuzz_event_record.c - the record decoder: whatever the bytes, it reads or refuses; what it
 * reads and validates encodes to something that reads the same. */
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
    struct event_owned first, second;
    struct buf record = BUF_INIT(LIMIT_RECORD_BYTES);
    if (size > LIMIT_RECORD_BYTES || event_decode(data, size, &first, &err) != AW_OK)
        return 0;
    if (event_validate(&first.event, &err) == AW_OK) {
        struct buf again = BUF_INIT(LIMIT_RECORD_BYTES);
        if (event_encode(&first.event, &record, &err) != AW_OK ||
            event_decode(record.data, record.len, &second, &err) != AW_OK)
            abort();
        if (event_validate(&second.event, &err) != AW_OK ||
            event_encode(&second.event, &again, &err) != AW_OK || again.len != record.len ||
            memcmp(again.data, record.data, record.len) != 0)
            abort();
        event_free(&second);
        buf_free(&again);
    }
    event_free(&first);
    buf_free(&record);
    return 0;
}
