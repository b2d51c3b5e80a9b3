/* forum_jobs.c - placeholder until the providers are there */
#include <string.h>

#include "error.h"
#include "worker.h"

int forum_start(struct worker *w, const json_t *config, struct forum_thread **out, aw_error *err)
{
    const char *type = json_string_value(json_object_get(config, "type"));
    (void)w;
    if (type && (strcmp(type, "local") == 0 || strcmp(type, "host") == 0)) {
        *out = NULL;
        return AW_OK;
    }
    return error_set(err, AW_EUNSUPPORTED, "forums", "\"%s\" is not known", type ? type : "");
}

void forum_stop(struct forum_thread *f)
{
    (void)f;
}

bool forum_idle(struct forum_thread *f)
{
    (void)f;
    return true;
}
