/* pending.c - weak stand-ins so that the library links until the real ones land. Goes away. */
#include "attempt.h"
#include "deliver.h"
#include "package.h"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#define WEAK __attribute__((weak))
WEAK int scorm_attempt_apply(const void *b, size_t n, const struct scorm_commit *c, const struct scorm_context *x, const struct scorm_policy *p, scorm_emit e, void *u, struct buf *o, struct scorm_outcome *out, aw_error *err) { return AW_EUNSUPPORTED; }
WEAK void scorm_outcome_free(struct scorm_outcome *o) {}
WEAK int scorm_attempt_outcome(const void *b, size_t n, struct scorm_outcome *out, aw_error *err) { return AW_EUNSUPPORTED; }
WEAK int scorm_attempt_resume_json(const void *b, size_t n, struct buf *out, aw_error *err) { return AW_EUNSUPPORTED; }
WEAK size_t xapi_lrs_batch_statements(const struct xapi_lrs *l) { return 50; }
WEAK bool xapi_lrs_wants(const struct xapi_lrs *l, int v, unsigned o, const char *c, size_t n) { return true; }
WEAK int xapi_lrs_open(const json_t *c, const struct xapi_lrs_surroundings *s, struct xapi_lrs **o, aw_error *e) { return AW_EUNSUPPORTED; }
WEAK const char *xapi_lrs_name(const struct xapi_lrs *l) { return ""; }
WEAK void xapi_lrs_close(struct xapi_lrs *l) {}
WEAK int xapi_deliver(struct xapi_lrs *l, const struct xapi_outgoing *s, size_t n, int64_t t, xapi_dead_fn d, void *c, struct xapi_delivery *o, aw_error *e) { return AW_EUNSUPPORTED; }
WEAK void xapi_lrs_report(const struct xapi_lrs *l, struct xapi_lrs_report *o) {}
WEAK const char *xapi_alert_name(enum xapi_alert a) { return ""; }
WEAK int scorm_course_open(const char *p, struct scorm_course **o, aw_error *e) { return AW_EUNSUPPORTED; }
WEAK void scorm_package_close(struct scorm_package *p) {}
WEAK int scorm_package_sidecar(struct scorm_package *p, char **o, size_t *n, aw_error *e) { return AW_EUNSUPPORTED; }
WEAK int scorm_package_open(const char *p, struct scorm_package **o, aw_error *e) { return AW_EUNSUPPORTED; }
