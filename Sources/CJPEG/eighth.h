/* A baseline JPEG at an eighth of its size, without libjpeg's entropy decoder.
 *
 * At that size a pixel is the mean of a block, its DC coefficient. What the AC coefficients of the luminance say is not
 * wanted, only where they end; but they are nearly all of a file. So they are passed over, several symbols by one look
 * into a table. The pixels are libjpeg-turbo's, bit by bit. */
#ifndef EIGHTH_H
#define EIGHTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

#include "CJPEG.h"

typedef struct eighth_decoder eighth_decoder;

/* NULL if there is no memory. */
eighth_decoder *eighth_create(void);
void eighth_destroy(eighth_decoder *decoder);

/* Whether it can decode an image, whose decompression was started: one scan, Huffman codes, grey or YCbCr. */
bool eighth_can(const struct jpeg_decompress_struct *info);

/* Writes a region as cjpeg_read does, from the `length` bytes at `scan`, where the entropy-coded data begins.
 *
 * Returns where it stopped reading; NULL if anything is unusual: a code that isn't one, data that ends too soon, another
 * marker than expected. Then libjpeg is to be asked, and says what is wrong. */
const uint8_t *eighth_read(eighth_decoder *decoder, const struct jpeg_decompress_struct *info,
                           const uint8_t *scan, size_t length, cjpeg_region region, uint8_t *pixels,
                           size_t row_bytes);

#endif
