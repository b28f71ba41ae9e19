/* Operations on all parameters of a network: vectors aligned to 64 bytes, their count a multiple of 16. */
#ifndef CKERNELS_PARAMETER_KERNELS_H
#define CKERNELS_PARAMETER_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A step of Adam (Kingma and Ba, 2015) as PyTorch takes it:
 *
 *     g = gradient_scale * gradient
 *     m += (1 - beta1) * (g - m)
 *     v += (1 - beta2) * (g * g - v)
 *     value -= step_size * m / (root_scale * sqrt(v) + epsilon)
 *
 * where step_size is the learning rate / (1 - beta1^t) and root_scale 1 / sqrt(1 - beta2^t).
 *
 * Subnormal numbers, on which arithmetic is a hundred times slower, are kept out, or parameters whose
 * gradient is zero would slow every step down for ever: first moments become zero, second moments are
 * at least ck_least_second_moment, whose root is nothing beside any sensible epsilon. */
#define ck_least_second_moment 1e-35f

typedef struct ck_adam {
  float gradient_scale, one_minus_beta1, one_minus_beta2, step_size, root_scale, epsilon;
} ck_adam;

typedef struct ck_parameters_implementation {
  const char *name;
  bool (*is_supported)(void);

  void (*adam)(const ck_adam *adam, const float *gradients, float *first_moments,
               float *second_moments, float *values, ptrdiff_t count);

  /* The sum of squares, always in the same order. */
  double (*squared_norm)(const float *values, ptrdiff_t count);

  /* values += weight * (other - values). */
  void (*interpolate)(float weight, const float *other, float *values, ptrdiff_t count);
} ck_parameters_implementation;

/* The implementations, the plainest first, the fastest last; NULL past the end. */
const ck_parameters_implementation *ck_parameters_implementation_at(int32_t index);

#endif
