/* The parameter kernels for one width of vectors. Included once by a file for each instruction set,
 * which defines before:
 *
 *     TARGET                 the attribute that lets the compiler use the instruction set
 *     LANES                  floats in a vector: 4, 8 or 16
 *     vector                 ext_vector_type(LANES) of float
 *     square_root(vector), reciprocal(vector)
 *
 * and after: the table entry. */
#include <float.h>

#include "parameters_implementations.h"

#define INLINE static inline __attribute__((always_inline)) TARGET
#pragma clang fp contract(fast)

INLINE vector load(const float *pointer) { return *(const vector *)pointer; }
INLINE void store(float *pointer, vector value) { *(vector *)pointer = value; }

INLINE vector flushed(vector x) {
  return __builtin_elementwise_abs(x) < FLT_MIN ? (vector)(0) : x;
}

TARGET static void adam(const ck_adam *adam, const float *gradients, float *first_moments,
                        float *second_moments, float *values, ptrdiff_t count) {
  const ck_adam constants = *adam;
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    vector g = constants.gradient_scale * load(gradients + i);
    vector m = load(first_moments + i), v = load(second_moments + i);
    m = flushed(m + constants.one_minus_beta1 * (g - m));
    v = flushed(v + constants.one_minus_beta2 * (g * g - v));
    vector denominator = square_root(v) * constants.root_scale + constants.epsilon;
    store(first_moments + i, m);
    store(second_moments + i, v);
    store(values + i, load(values + i) - constants.step_size * m * reciprocal(denominator));
  }
}

TARGET static double squared_norm(const float *values, ptrdiff_t count) {
  /* Floats within a block, doubles across: as precise as doubles throughout, for 65,536 parameters
   * too. */
  enum { block = 4096, parts = 4 };
  double total = 0;
  for (ptrdiff_t start = 0; start < count; start += block) {
    ptrdiff_t end = start + block < count ? start + block : count, i = start;
    vector sums[parts] = {(vector)(0), (vector)(0), (vector)(0), (vector)(0)};
    for (; i + parts * LANES <= end; i += parts * LANES)
      for (int j = 0; j < parts; j++) {
        vector x = load(values + i + j * LANES);
        sums[j] = x * x + sums[j];
      }
    for (; i < end; i += LANES) {
      vector x = load(values + i);
      sums[0] = x * x + sums[0];
    }
    vector sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    for (int lane = 0; lane < LANES; lane++) total += sum[lane];
  }
  return total;
}

TARGET static void interpolate(float weight, const float *other, float *values, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    vector x = load(values + i);
    store(values + i, x + weight * (load(other + i) - x));
  }
}
