/* Turning and mirroring of 8-bit RGB. */
#ifndef CKERNELS_ORIENT_H
#define CKERNELS_ORIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Mirrors columns, mirrors rows, then swaps the two. The source has width x height pixels; the
 * destination height x width if `transpose`. They do not overlap. */
void ck_orient_rgb(const uint8_t *source, ptrdiff_t source_row_bytes, int32_t width, int32_t height,
                   bool flip_columns, bool flip_rows, bool transpose, uint8_t *destination,
                   ptrdiff_t destination_row_bytes);

#endif
