/*
 * normal.h - one form for statements that mean the same, to compare ours with what an LRS holds.
 *
 * An LRS adds stored, authority and version, may write a default objectType or
 * leave it out, and may write numbers and times differently. None of that is a
 * difference; everything else is.
 */
#ifndef XAPI_NORMAL_H
#define XAPI_NORMAL_H

#include <afterword/afterword.h>
#include <jansson.h>
#include <stdint.h>

/* A 64-bit digest of the normal form; AW_ENOMEM. */
int normal_digest(const json_t *statement, uint64_t *out, aw_error *err);

#endif
