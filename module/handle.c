/* handle.c - opening and closing; what is opened late is opened here. */
#include "handle.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "fs.h"
#include "known.h"
#include "state.h"
#include "timestamp.h"

const char *aw_version(void)
{
    return AW_VERSION_STRING;
}

void aw_free(void *text)
{
    free(text);
}

int64_t handle_now_ms(const struct aw *self)
{
    return self->host.now_ms ? self->host.now_ms(self->host.user) : timestamp_now_ms();
}

/* Copies what the caller's (possibly smaller) struct has; the rest is absent. */
static int take_struct(const void *in, uint32_t in_size, void *out, size_t out_size,
                       const char *name, aw_error *err)
{
    if (in_size < sizeof(uint32_t))
        return error_set(err, AW_EINVAL, name, "struct_size is not set; set it to sizeof");
    memset(out, 0, out_size);
    memcpy(out, in, in_size < out_size ? in_size : out_size);
    return AW_OK;
}

static int open_journal(struct aw *self, aw_error *err)
{
    char dir[4096];
    struct log_options options = {.dir = dir, .segment_bytes = self->config.journal_segment_bytes,
                                  .max_bytes = self->config.journal_max_bytes};
    int rc = fs_make_dirs(self->config.state_dir, 02770, err);
    if (rc == AW_OK)
        rc = fs_require_local(self->config.state_dir, err);
    if (rc == AW_OK)
        rc = fs_join(dir, sizeof dir, self->config.state_dir, "journal", err);
    if (rc == AW_OK)
        rc = log_open(&options, &self->journal, err);
    return rc;
}

int aw_open(const aw_config_source *source, const aw_host *host, aw **out, aw_error *err)
{
    aw_config_source from = {0};
    int rc = AW_OK;
    if (!out)
        return error_set(err, AW_EINVAL, "out", "is NULL");
    struct aw *self = calloc(1, sizeof *self);
    if (!self)
        return error_nomem(err, "aw_open");
    pthread_mutex_init(&self->mutex, NULL);
    if (source)
        rc = take_struct(source, source->struct_size, &from, sizeof from, "aw_config_source", err);
    if (rc == AW_OK && host)
        rc = take_struct(host, host->struct_size, &self->host, sizeof self->host, "aw_host", err);
    if (rc == AW_OK)
        rc = config_read(&from, &self->config, err);
    if (rc == AW_OK) {
        self->say = (struct say){self->host.log, self->host.user, self->config.log_level};
        rc = open_journal(self, err);
    }
    if (rc == AW_OK)
        rc = known_open(self->config.state_dir, &self->known, err);
    if (rc == AW_OK)
        rc = identity_open(&self->config, &self->identity, err);
    if (rc != AW_OK) {
        aw_close(self);
        return rc;
    }
    *out = self;
    return AW_OK;
}

void aw_close(aw *self)
{
    if (!self)
        return;
    state_close(self->state);
    log_close(self->statements);
    log_close(self->journal);
    known_close(self->known);
    config_free(&self->config);
    pthread_mutex_destroy(&self->mutex);
    free(self);
}

/* The database at our path; false: there is none. */
static bool find_state(const struct aw *self, struct stat *out)
{
    char path[4096];
    aw_error unused = AW_ERROR_INIT;
    return fs_join(path, sizeof path, self->config.state_dir, "state.db", &unused) == AW_OK &&
           stat(path, out) == 0;
}

/* self->mutex held, so nobody uses the connection. A state directory may be replaced under a host
 * that lives for months; what it asks is then meant for the new one. */
static int open_state(struct aw *self, aw_error *err)
{
    struct stat now;
    if (self->state && find_state(self, &now) && now.st_ino == self->state_is.st_ino &&
        now.st_dev == self->state_is.st_dev)
        return AW_OK;
    state_close(self->state);
    self->state = NULL;
    int rc = state_open(self->config.state_dir, &self->state, err);
    if (rc == AW_OK && !find_state(self, &self->state_is))
        self->state_is = (struct stat){0};
    return rc;
}

int handle_state(struct aw *self, struct state **out, aw_error *err)
{
    pthread_mutex_lock(&self->mutex);
    int rc = open_state(self, err);
    if (rc != AW_OK)
        pthread_mutex_unlock(&self->mutex);
    else
        *out = self->state;
    return rc;
}

void handle_state_done(struct aw *self)
{
    pthread_mutex_unlock(&self->mutex);
}

int handle_statements(struct aw *self, struct log **out, aw_error *err)
{
    int rc = AW_OK;
    pthread_mutex_lock(&self->mutex);
    if (!self->statements) {
        char dir[4096];
        struct log_options options = {.dir = dir, .max_bytes = self->config.statements_max_bytes};
        rc = fs_join(dir, sizeof dir, self->config.state_dir, "statements", err);
        if (rc == AW_OK)
            rc = log_open(&options, &self->statements, err);
    }
    if (rc == AW_OK)
        *out = self->statements;
    pthread_mutex_unlock(&self->mutex);
    return rc;
}
