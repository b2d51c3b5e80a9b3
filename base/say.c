/* say.c - one line of logfmt to whoever opened us. */
#include "say.h"

#include <stdarg.h>
#include <string.h>

#include "buf.h"
#include "timestamp.h"
#include "utf8.h"

#define LINE_BYTES 8192

const char say_end[] = "";

static bool plain(const char *text)
{
    if (!*text || !utf8_valid(text, strlen(text), NULL))
        return false;
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == '"' || *p == '=' || *p == '\\' || *p == 127)
            return false;
    return true;
}

static void value(struct buf *b, const char *text)
{
    if (plain(text)) {
        buf_puts(b, text);
        return;
    }
    size_t before = b->len;
    buf_json_str(b, text);
    if (b->error == AW_EUTF8) { /* a peer's bytes: say that they were not text */
        b->error = AW_OK;
        b->len = before;
        BUF_LIT(b, "\"(not UTF-8)\"");
    }
}

static const char *const level_names[] = {"error", "warning", "info", "debug"};

static void begin(struct buf *b, int level, const char *message)
{
    char now[TIMESTAMP_TEXT];
    timestamp_text(timestamp_now_ms(), now);
    buf_printf(b, "time=%s level=%s msg=", now, level_names[level & 3]);
    value(b, message);
}

static void end(const struct say *s, int level, struct buf *b)
{
    if (!b->error)
        s->log(s->user, level, b->data);
    buf_free(b);
}

void say(const struct say *s, int level, const char *message, ...)
{
    if (!s || !s->log || level > s->level)
        return;
    struct buf b = BUF_INIT(LINE_BYTES);
    begin(&b, level, message);
    va_list args;
    va_start(args, message);
    for (const char *name; (name = va_arg(args, const char *)) != SAY_END;) {
        const char *text = va_arg(args, const char *);
        if (!text)
            continue;
        buf_printf(&b, " %s=", name);
        value(&b, text);
    }
    va_end(args);
    end(s, level, &b);
}

void say_error(const struct say *s, int level, const char *message, const aw_error *err)
{
    say(s, level, message, "code", aw_code_name(err->code), "where", *err->where ? err->where : NULL,
        "why", err->text, SAY_END);
}
