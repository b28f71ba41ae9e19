/* 8-bit RGB -> 32-bit float, (x - mean) * scale, in one pass over the pixels. */
#ifndef CKERNELS_NORMALISE_H
#define CKERNELS_NORMALISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Mean and scale (1 / standard deviation) for each channel in the source's order, in units of
 * pixel values 0...255. */
typedef struct ck_normalisation {
  float mean[3];
  float scale[3];
} ck_normalisation;

/* Bytes that may be read past the end of a source row. */
enum { ck_normalise_slack = 16 };

typedef struct ck_normalise_implementation {
  const char *name;
  bool (*is_supported)(void);

  /* planes[c] receives width * height floats of source channel c, row after row. */
  void (*planar)(const ck_normalisation *parameters, const uint8_t *source, ptrdiff_t row_bytes,
                 int32_t width, int32_t height, float *const planes[3]);

  /* destination receives width * height * 3 floats, with reversed channels if `reversed`. */
  void (*interleaved)(const ck_normalisation *parameters, const uint8_t *source,
                      ptrdiff_t row_bytes, int32_t width, int32_t height, bool reversed,
                      float *destination);
} ck_normalise_implementation;

/* The implementations, the plainest first, the fastest last; NULL past the end. */
const ck_normalise_implementation *ck_normalise_implementation_at(int32_t index);

#endif
