/* lrs_note.c - see lrs_note.h. */
#include "lrs_note.h"

void lrs_note(const struct xapi_lrs_report *r, struct buf *b)
{
    static const char *const health[] = {"healthy", "waiting", "stopped"};
    buf_printf(b, "{\"health\":\"%s\",\"alert\":\"%s\",\"alert_since_ms\":%lld,\"alert_text\":",
               health[r->health], xapi_alert_name(r->alert), (long long)r->alert_since_ms);
    buf_json_str(b, r->alert_text);
    buf_printf(b,
               ",\"last_success_ms\":%lld,\"next_ms\":%lld,\"requests\":%llu,\"delivered\":%llu,"
               "\"dead\":%llu,\"conflicts\":%llu,\"retries\":%llu,\"unknown\":%llu,\"bytes\":%llu,"
               "\"last_latency_ms\":%lld,\"largest_latency_ms\":%lld,\"batch_statements\":%zu}",
               (long long)r->last_success_ms, (long long)r->next_ms,
               (unsigned long long)r->requests, (unsigned long long)r->delivered,
               (unsigned long long)r->dead, (unsigned long long)r->conflicts,
               (unsigned long long)r->retries, (unsigned long long)r->unknown,
               (unsigned long long)r->bytes, (long long)r->last_latency_ms,
               (long long)r->largest_latency_ms, r->batch_statements);
}
