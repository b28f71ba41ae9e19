/* The parameter kernels for one width of vectors. Included once by a file for each instruction set,
 * which defines before:
 *
 *     TARGET                 the attribute that lets the compiler use the instruction set
 *     LANES                  floats in a vector: 4, 8 or 16
 *     vector                 ext_vector_type(LANES) of float
 *     multiply_add(a, b, c)  a * b + c, rounded once where that is one instruction
 *     square_root(vector)    of normal numbers
 *     reciprocal(vector)
 *
 * and after: the table entry. */
#include "../implementations.h"

#define INLINE static inline __attribute__((always_inline)) TARGET
/* Only multiply_add rounds once. */
#pragma clang fp contract(off)

INLINE vector load(const float *pointer) { return *(const vector *)pointer; }
INLINE void store(float *pointer, vector value) { *(vector *)pointer = value; }

typedef int32_t integers __attribute__((ext_vector_type(LANES)));

/* Replaces subnormal numbers by zero. */
INLINE vector flushed(vector x) {
  const integers exponent = 0x7f800000;
  return ((integers)x & exponent) != 0 ? x : (vector)(0);
}

TARGET static void adam(const ck_adam *adam, const float *gradients, float *first_moments,
                        float *second_moments, float *values, ptrdiff_t count) {
  const ck_adam constants = *adam;
  const vector least = ck_least_second_moment;
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    vector g = constants.gradient_scale * load(gradients + i);
    vector m = load(first_moments + i), v = load(second_moments + i);
    m = flushed(multiply_add(constants.one_minus_beta1, g - m, m));
    v = multiply_add(constants.one_minus_beta2, multiply_add(g, g, -v), v);
    v = least > v ? least : v;
    store(first_moments + i, m);
    store(second_moments + i, v);
    vector denominator = multiply_add(square_root(v), constants.root_scale, constants.epsilon);
    /* The order of factors matters: step_size * m may be subnormal when m isn't. */
    vector rate = -constants.step_size * reciprocal(denominator);
    store(values + i, multiply_add(rate, m, load(values + i)));
  }
}

TARGET static double squared_norm(const float *values, ptrdiff_t count) {
  /* Floats within a block, doubles across, so that the error doesn't grow with the count. */
  enum { block = 4096, parts = 4 };
  double total = 0;
  for (ptrdiff_t start = 0; start < count; start += block) {
    ptrdiff_t end = start + block < count ? start + block : count, i = start;
    vector sums[parts] = {(vector)(0), (vector)(0), (vector)(0), (vector)(0)};
    for (; i + parts * LANES <= end; i += parts * LANES)
      for (int j = 0; j < parts; j++) {
        vector x = load(values + i + j * LANES);
        sums[j] = multiply_add(x, x, sums[j]);
      }
    for (; i < end; i += LANES) {
      vector x = load(values + i);
      sums[0] = multiply_add(x, x, sums[0]);
    }
    vector sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    for (int lane = 0; lane < LANES; lane++) total += sum[lane];
  }
  return total;
}

TARGET static void interpolate(float weight, const float *other, float *values, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    vector x = load(values + i);
    store(values + i, multiply_add(weight, load(other + i) - x, x));
  }
}
