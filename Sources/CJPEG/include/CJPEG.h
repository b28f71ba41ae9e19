/* One JPEG at a time, a rectangle of it, at full size or reduced by 2, 4 or 8, as 8-bit RGB.
 *
 * libjpeg reports errors by a call that must not return; setjmp and longjmp have to stay in C. Every
 * function here returns a cjpeg_result, and cjpeg_message explains the last one that was not ok. */
#ifndef CJPEG_H
#define CJPEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cjpeg_decoder cjpeg_decoder;

typedef enum cjpeg_result {
  cjpeg_ok,
  cjpeg_truncated,      /* the data ends too soon */
  cjpeg_corrupt,        /* the data contradicts itself or its header */
  cjpeg_unsupported,    /* a correct JPEG of an unsupported kind */
  cjpeg_too_many_scans, /* a progressive JPEG with more scans than allowed */
  cjpeg_too_slow,       /* not done by the deadline */
  cjpeg_out_of_memory
} cjpeg_result;

/* The limits of an image's cost. */
typedef struct cjpeg_limits {
  uint32_t scans;
  uint64_t deadline; /* nanoseconds of CLOCK_MONOTONIC, checked for each row of blocks */
} cjpeg_limits;

/* In pixels of the reduced image, ceil(size / denominator). */
typedef struct cjpeg_region {
  uint32_t x, y, width, height;
} cjpeg_region;

/* NULL if memory is out. A decoder is used by one thread at a time, for any number of images. A bare one uses
 * libjpeg-turbo alone, as the reference; the pixels are the same. */
cjpeg_decoder *cjpeg_create(bool is_bare);
void cjpeg_destroy(cjpeg_decoder *decoder);

/* Starts an image. `bytes` must stay valid until cjpeg_read returns. width and height are the header's, known
 * and checked before anything is allocated. denominator is 1, 2, 4 or 8. `region` has the wanted pixels; on
 * return, those that cjpeg_read writes, which may be wider. Each wanted pixel is exactly the whole image's.
 * */
cjpeg_result cjpeg_open(cjpeg_decoder *decoder, const uint8_t *bytes, size_t length, uint32_t width,
                        uint32_t height, uint32_t denominator, cjpeg_limits limits, cjpeg_region *region);

/* Writes the region: region.height rows, row_bytes apart, of region.width RGB pixels. */
cjpeg_result cjpeg_read(cjpeg_decoder *decoder, uint8_t *pixels, size_t row_bytes);

/* Whether this library's own code decoded the last image, and not libjpeg-turbo. */
bool cjpeg_was_ours(const cjpeg_decoder *decoder);

/* The last failure in one line. Valid until the next call. */
const char *cjpeg_message(const cjpeg_decoder *decoder);

/* Writes width * height RGB pixels, rows without gaps, as a baseline JPEG into memory that the caller frees.
 * Returns whether it could: memory may be out, and a side has at most 65500 pixels. */
bool cjpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **bytes,
                  size_t *length);

#endif
