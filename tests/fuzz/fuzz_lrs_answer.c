/*
 * fuzz_lrs_answer.c - everything of an answer that an LRS, or a token server, chooses.
 *
 * The first byte picks a reader; the rest is a header's value, a body, or a
 * statement with attachments. What comes out is checked, not only that nothing breaks.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "attachment.h"
#include "auth.h"
#include "json.h"
#include "limit.h"
#include "normal.h"
#include "reconcile.h"
#include "retry.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

static void reason(const char *text, size_t len)
{
    for (size_t size = 1; size <= 1024; size = size * 3 + 1) {
        char out[1024];
        answer_reason(text, len, out, size);
        size_t n = strlen(out);
        require(n < size && utf8_valid(out, n, NULL));
        for (size_t i = 0; i < n; i++)
            require((unsigned char)out[i] >= 32);
    }
    (void)answer_is_web_page("application/json", text, len);
}

static void after(const char *text, size_t len)
{
    char copy[64];
    if (len >= sizeof copy)
        return;
    memcpy(copy, text, len);
    copy[len] = 0;
    int64_t ms = retry_after_ms(copy, 1772438400000);
    require(ms >= -1 && ms <= RETRY_AFTER_MAX_MS);
}

static int each(void *context, const json_t *statement, aw_error *err)
{
    uint64_t digest;
    (void)context;
    return normal_digest(statement, &digest, err);
}

static void page(const char *text, size_t len)
{
    char more[256] = "";
    if (reconcile_page(text, len, each, NULL, more, sizeof more, NULL) != AW_OK)
        return;
    require(more[0] == 0 || more[0] == '/');
    for (const char *p = more; *p; p++)
        require((unsigned char)*p > 32);
}

static void token(const char *text, size_t len)
{
    char *out = NULL;
    int64_t lifetime_s = -1;
    if (oauth_read(text, len, &out, &lifetime_s, NULL) != AW_OK)
        return;
    require(out && *out && lifetime_s >= 0 && lifetime_s <= 86400);
    for (const char *p = out; *p; p++)
        require(*p > 32 && *p < 127);
    secret_free(out);
}

static void statement(const char *text, size_t len)
{
    struct attachment_body body;
    if (attachment_open(text, len, "/nonexistent", 1024, &body, NULL) == AW_OK)
        attachment_close(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(const char *, size_t) = {reason, after, page, token, statement};
    if (size == 0)
        return 0;
    readers[(uint8_t)(data[0] - '0') % 5]((const char *)data + 1, size - 1);
    return 0;
}
