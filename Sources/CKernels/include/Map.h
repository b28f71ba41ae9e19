/* Planes of 32-bit floats: rows of another size, and the largest of several planes. */
#ifndef CKERNELS_MAP_H
#define CKERNELS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ck_map_implementation {
  const char *name;
  bool (*is_supported)(void);

  /* destination[x] = the sum over t < taps of weights[t * width + x] * source[places[t * width + x]] */
  void (*gather)(const float *source, const int32_t *places, const float *weights, int32_t taps,
                 int32_t width, float *destination);

  /* destination[x] = the sum over t < taps of weights[t] * rows[t][x] */
  void (*blend)(const float *const *rows, const float *weights, int32_t taps, int32_t width,
                float *destination);

  /* Of the planes weights[0] * top + weights[1] * bottom, which lie `stride` apart, the number of the
   * largest at each place; of equal ones the first. At most 256 planes. */
  void (*best)(const float *top, const float *bottom, const float *weights, ptrdiff_t stride,
               int32_t planes, int32_t width, uint8_t *numbers);

  /* The largest of the planes at each place, and its number; of equal ones the first.
   * Returns whether all numbers are less than infinity, and none is NaN. */
  bool (*maximum)(const float *planes, ptrdiff_t stride, int32_t count, int32_t width, float *values,
                  int32_t *numbers);

  /* 1 where a number is above the threshold, else 0. */
  void (*above)(const float *numbers, float threshold, ptrdiff_t count, uint8_t *destination);

  bool (*are_finite)(const float *numbers, ptrdiff_t count);
} ck_map_implementation;

/* The implementations, the plainest first, the fastest last; NULL past the end. */
const ck_map_implementation *ck_map_implementation_at(int32_t index);

#endif
