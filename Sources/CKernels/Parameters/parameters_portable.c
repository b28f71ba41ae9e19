/* For every processor, by the compiler's vectors of four. */
#define TARGET
#define LANES 4

typedef float vector __attribute__((ext_vector_type(LANES)));

static inline vector multiply_add(vector a, vector b, vector c) {
#if defined(__FP_FAST_FMAF)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

static inline vector reciprocal(vector x) { return 1.0f / x; }
static inline vector square_root(vector x) { return __builtin_elementwise_sqrt(x); }

#include "parameters_template.h"

static bool always(void) { return true; }

const ck_parameters_implementation ck_parameters_portable = {"portable", always, adam, squared_norm,
                                                             interpolate};
