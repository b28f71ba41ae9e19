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
  cjpeg_unsupported,    /* a correct JPEG of a kind that is not decoded */
  cjpeg_too_many_scans, /* a progressive JPEG with more scans than allowed */
  cjpeg_too_slow,       /* not done at the deadline */
  cjpeg_out_of_memory
} cjpeg_result;

/* What an image may cost. */
typedef struct cjpeg_limits {
  uint32_t scans;
  uint64_t deadline; /* nanoseconds of CLOCK_MONOTONIC; it is looked at for each row of blocks */
} cjpeg_limits;

/* In pixels of the reduced image, ceil(size / denominator). */
typedef struct cjpeg_region {
  uint32_t x, y, width, height;
} cjpeg_region;

/* NULL if there is no memory. A decoder is used by one thread at a time, for any number of images. A bare one is libjpeg-turbo
 * alone, which others are compared with; their pixels are the same. */
cjpeg_decoder *cjpeg_create(bool is_bare);
void cjpeg_destroy(cjpeg_decoder *decoder);

/* Starts an image. `bytes` must stay valid until cjpeg_read returns. width and height are what the
 * header is known to say, checked before anything is allocated. denominator is 1, 2, 4 or 8.
 * `region`: the pixels wanted; on return those that cjpeg_read writes, which may be more along x.
 * Each pixel wanted is exactly that of the whole image. */
cjpeg_result cjpeg_open(cjpeg_decoder *decoder, const uint8_t *bytes, size_t length, uint32_t width,
                        uint32_t height, uint32_t denominator, cjpeg_limits limits, cjpeg_region *region);

/* Writes the region: region.height rows, row_bytes apart, of region.width RGB pixels. */
cjpeg_result cjpeg_read(cjpeg_decoder *decoder, uint8_t *pixels, size_t row_bytes);

/* Whether the last image was decoded by our own code, and not by libjpeg-turbo. */
bool cjpeg_was_ours(const cjpeg_decoder *decoder);

/* What went wrong last, one line. Valid until the next call. */
const char *cjpeg_message(const cjpeg_decoder *decoder);

#endif
