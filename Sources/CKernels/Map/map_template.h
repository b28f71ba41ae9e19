/* The kernels of maps for one width of vectors. Included once by a file for each instruction set, which
 * defines before:
 *
 *     TARGET  the attribute that lets the compiler use the instruction set
 *     LANES   floats in a vector
 *
 * and after: the table entry. */
#include <math.h>
#include <string.h>

#include "../implementations.h"

/* All implementations round alike. */
#pragma clang fp contract(off)

typedef float vector __attribute__((ext_vector_type(LANES), aligned(4)));
typedef int32_t integers __attribute__((ext_vector_type(LANES), aligned(4)));
typedef uint8_t octets __attribute__((ext_vector_type(LANES), aligned(1)));

#define INLINE static inline __attribute__((always_inline)) TARGET

INLINE vector load(const float *pointer) { return *(const vector *)pointer; }
INLINE void store(float *pointer, vector value) { *(vector *)pointer = value; }

TARGET static void gather(const float *source, const int32_t *places, const float *weights,
                          int32_t taps, int32_t width, float *destination) {
  /* The usual number without a loop within the loop. */
  if (taps == 2) {
    for (int32_t x = 0; x < width; x++)
      destination[x] = weights[x] * source[places[x]] + weights[width + x] * source[places[width + x]];
    return;
  }
  for (int32_t x = 0; x < width; x++) {
    float sum = weights[x] * source[places[x]];
    for (int32_t t = 1; t < taps; t++) {
      ptrdiff_t at = (ptrdiff_t)t * width + x;
      sum += weights[at] * source[places[at]];
    }
    destination[x] = sum;
  }
}

TARGET static void blend(const float *const *rows, const float *weights, int32_t taps, int32_t width,
                         float *destination) {
  int32_t x = 0;
  for (; x + LANES <= width; x += LANES) {
    vector sum = weights[0] * load(rows[0] + x);
    for (int32_t t = 1; t < taps; t++) sum += weights[t] * load(rows[t] + x);
    store(destination + x, sum);
  }
  for (; x < width; x++) {
    float sum = weights[0] * rows[0][x];
    for (int32_t t = 1; t < taps; t++) sum += weights[t] * rows[t][x];
    destination[x] = sum;
  }
}

TARGET static void best(const float *top, const float *bottom, const float *weights, ptrdiff_t stride,
                        int32_t planes, int32_t width, uint8_t *numbers) {
  const float first = weights[0], second = weights[1];
  int32_t x = 0;
  for (; x + LANES <= width; x += LANES) {
    vector most = first * load(top + x) + second * load(bottom + x);
    integers number = 0;
    for (int32_t p = 1; p < planes; p++) {
      vector value = first * load(top + p * stride + x) + second * load(bottom + p * stride + x);
      integers is_more = value > most;
      most = is_more ? value : most;
      number = is_more ? (integers)p : number;
    }
    *(octets *)(numbers + x) = __builtin_convertvector(number, octets);
  }
  for (; x < width; x++) {
    float most = first * top[x] + second * bottom[x];
    int32_t number = 0;
    for (int32_t p = 1; p < planes; p++) {
      float value = first * top[p * stride + x] + second * bottom[p * stride + x];
      if (value > most) {
        most = value;
        number = p;
      }
    }
    numbers[x] = (uint8_t)number;
  }
}

TARGET static bool maximum(const float *planes, ptrdiff_t stride, int32_t count, int32_t width,
                           float *values, int32_t *numbers) {
  const vector infinity = INFINITY;
  integers is_fine = -1;
  int32_t x = 0;
  for (; x + LANES <= width; x += LANES) {
    vector most = load(planes + x);
    integers number = 0;
    is_fine &= most < infinity;
    for (int32_t p = 1; p < count; p++) {
      vector value = load(planes + p * stride + x);
      integers is_more = value > most;
      is_fine &= value < infinity;
      most = is_more ? value : most;
      number = is_more ? (integers)p : number;
    }
    store(values + x, most);
    *(integers *)(numbers + x) = number;
  }
  bool are_fine = true;
  for (int32_t lane = 0; lane < LANES; lane++) are_fine &= is_fine[lane] != 0;
  for (; x < width; x++) {
    float most = planes[x];
    int32_t number = 0;
    are_fine &= most < INFINITY;
    for (int32_t p = 1; p < count; p++) {
      float value = planes[p * stride + x];
      are_fine &= value < INFINITY;
      if (value > most) {
        most = value;
        number = p;
      }
    }
    values[x] = most;
    numbers[x] = number;
  }
  return are_fine;
}

TARGET static void above(const float *numbers, float threshold, ptrdiff_t count, uint8_t *destination) {
  for (ptrdiff_t i = 0; i < count; i++) destination[i] = numbers[i] > threshold;
}

TARGET static bool are_finite(const float *numbers, ptrdiff_t count) {
  integers is_finite = -1;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    vector value = load(numbers + i);
    is_finite &= value - value == 0;
  }
  bool all = true;
  for (int32_t lane = 0; lane < LANES; lane++) all &= is_finite[lane] != 0;
  for (; i < count; i++) all &= numbers[i] - numbers[i] == 0;
  return all;
}
