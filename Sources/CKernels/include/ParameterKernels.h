/* What is computed over all parameters of a network: vectors aligned to 64 bytes, their count a
 * multiple of 16. */
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
 * First moments too small for a normal float become zero, second moments the least normal float: slow
 * arithmetic on what is smaller would never end. */
typedef struct ck_adam {
  float gradient_scale, one_minus_beta1, one_minus_beta2, step_size, root_scale, epsilon;
} ck_adam;

typedef struct ck_parameters_implementation {
  const char *name;
  bool (*is_supported)(void);

  void (*adam)(const ck_adam *adam, const float *gradients, float *first_moments,
               float *second_moments, float *values, ptrdiff_t count);

  /* The sum of squares; always summed in the same order. */
  double (*squared_norm)(const float *values, ptrdiff_t count);

  /* values += weight * (other - values). */
  void (*interpolate)(float weight, const float *other, float *values, ptrdiff_t count);
} ck_parameters_implementation;

/* The implementations, the plainest first, the fastest last; NULL past the end. */
const ck_parameters_implementation *ck_parameters_implementation_at(int32_t index);

#endif
