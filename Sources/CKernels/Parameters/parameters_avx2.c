#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8

typedef float vector __attribute__((ext_vector_type(LANES)));

TARGET static inline vector multiply_add(vector a, vector b, vector c) {
  return _mm256_fmadd_ps(a, b, c);
}

TARGET static inline vector reciprocal(vector x) { return 1.0f / x; }
TARGET static inline vector square_root(vector x) { return _mm256_sqrt_ps(x); }

#include "parameters_template.h"

static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

const ck_parameters_implementation ck_parameters_avx2 = {"avx2", has_avx2, adam, squared_norm, interpolate};
#endif
