/* Baseline JPEGs at full size, a half, a quarter or an eighth of it, without libjpeg's entropy decoder. The pixels are libjpeg-turbo's, bit by bit. */
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

/* Whether it can decode an image, whose decompression was started: one scan, Huffman codes, grey or YCbCr with chrominance of the same
 * size or half of it in either direction; at more than an eighth not half as high alone, and only on processors with AVX2. */
bool baseline_can(const struct jpeg_decompress_struct *info);

/* Writes a region as cjpeg_read does, from the `length` bytes at `scan`, where the entropy-coded data begins.
 *
 * Returns where it stopped reading; NULL if anything is unusual: a code that isn't one, data that ends too soon, another
 * marker than expected; or the deadline is over. Then libjpeg is to be asked, and says what is wrong. */
const uint8_t *baseline_read(baseline_decoder *decoder, const struct jpeg_decompress_struct *info,
                             const uint8_t *scan, size_t length, cjpeg_region region, uint64_t deadline, uint8_t *pixels,
                             size_t row_bytes);

#endif
