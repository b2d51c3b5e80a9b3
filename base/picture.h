/*
 * picture.h - what a camera writes into a picture besides the picture: taken out.
 *
 * A photo says where and when it was taken, with which device, sometimes by whom. Somebody
 * who shows a picture of their bench does not mean to tell that.
 */
#ifndef BASE_PICTURE_H
#define BASE_PICTURE_H

#include <afterword/afterword.h>
#include <stddef.h>

#include "buf.h"

/*
 * Of JPEG, PNG and WebP (by the content type) only what is needed to show it goes to out: the
 * image, its colours, which way is up. Bytes behind the picture's end (a film of the moment,
 * a second picture) do not. Other types: out stays empty. AW_EINVAL: it is no such picture.
 */
int picture_clean(const char *content_type, const void *bytes, size_t len, struct buf *out, aw_error *err);

#endif
