/* A baseline JPEG at an eighth of its size.
 *
 * A pixel is then the mean of a block, its DC coefficient. The AC coefficients, nearly all of a file, only
 * have to be skipped: several symbols by one table lookup. */
#ifndef EIGHTH_H
#define EIGHTH_H

#include "CJPEG.h"
#include "entropy.h"
#include "samples.h"

enum { eighth_columns = 65535 / 8 + 3 + samples_beyond };

/* The rows of pixels from one row of blocks: luminance and both chrominances. */
typedef uint8_t eighth_rows[3][2][eighth_columns];

/* As baseline_read. */
const uint8_t *eighth_read(entropy_tables *tables, eighth_rows rows, const struct jpeg_decompress_struct *info,
                           const uint8_t *bytes, size_t length, cjpeg_region region, uint64_t deadline, uint8_t *pixels,
                           size_t row_bytes);

#endif
