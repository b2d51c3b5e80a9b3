/* fuzz_config.c - the configuration reader: it reads, or says what is wrong. */
#include <stdint.h>
#include <stdlib.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config c;
    aw_error err = AW_ERROR_INIT;
    aw_config_source source = {.struct_size = sizeof source, .json = (const char *)data,
                               .json_bytes = size, .state_dir = "/nowhere"};
    if (size == 0)
        return 0;
    if (config_read(&source, &c, &err) == AW_OK)
        config_free(&c);
    else if (!err.text[0])
        abort();
    return 0;
}
