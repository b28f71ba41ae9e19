/* A baseline JPEG at full size, a half or a quarter of it. Only the coefficients of wanted blocks are
 * decoded.
 *
 * libjpeg-turbo reads a coefficient's code and its number separately; here one table lookup gives both. */
#ifndef BLOCKS_H
#define BLOCKS_H

#include "CJPEG.h"
#include "entropy.h"

/* The samples of one row of units, and the last row of the one before. */
typedef struct {
  uint8_t *bytes;
  size_t capacity;
} blocks_rows;

/* Whether it can decode an image that scan_can accepts: luminance alone, or chrominance at the same size,
 * half as wide, or half as wide and half as high. */
bool blocks_can(const struct jpeg_decompress_struct *info);

/* As baseline_read. */
const uint8_t *blocks_read(entropy_tables *tables, blocks_rows *rows, const struct jpeg_decompress_struct *info,
                           const uint8_t *bytes, size_t length, cjpeg_region region, uint64_t deadline, uint8_t *pixels, size_t row_bytes);

#endif
