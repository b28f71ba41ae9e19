/* Baseline JPEGs at full size or a half, a quarter or an eighth of it, without libjpeg's entropy decoder. The
 * pixels are bit-identical to libjpeg-turbo's. */
#ifndef BASELINE_H
#define BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

#include "CJPEG.h"

typedef struct baseline_decoder baseline_decoder;

/* NULL if there is no memory. */
baseline_decoder *baseline_create(void);
void baseline_destroy(baseline_decoder *decoder);

/* Whether it can decode a started image: one scan, Huffman codes, grey or YCbCr. Chrominance has the same
 * size or half of it in either direction. Above an eighth, half the height alone is unsupported, and AVX2 is
 * needed. */
bool baseline_can(const struct jpeg_decompress_struct *info);

/* Writes a region as cjpeg_read does, from the `length` bytes of entropy-coded data at `scan`.
 *
 * Returns the end of the read data. Returns NULL on anything unusual (an invalid code, truncated data, an
 * unexpected marker) and at the deadline. libjpeg then decodes the image or reports the error. */
const uint8_t *baseline_read(baseline_decoder *decoder, const struct jpeg_decompress_struct *info,
                             const uint8_t *scan, size_t length, cjpeg_region region, uint64_t deadline, uint8_t *pixels,
                             size_t row_bytes);

#endif
