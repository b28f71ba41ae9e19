#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,fma")))
#define LANES 16

typedef float vector __attribute__((ext_vector_type(LANES)));

TARGET static inline vector multiply_add(vector a, vector b, vector c) {
  return _mm512_fmadd_ps(a, b, c);
}

/* 14 bits, doubled by a step of Newton's method: together a quarter of the time of the exact instructions. */
TARGET static inline vector reciprocal(vector x) {
  vector y = _mm512_rcp14_ps(x);
  return y * _mm512_fnmadd_ps(x, y, (vector)(2.0f));
}

TARGET static inline vector square_root(vector x) {
  vector y = _mm512_rsqrt14_ps(x);
  vector root = x * y;
  return multiply_add(root, _mm512_fnmadd_ps(root, 0.5f * y, (vector)(0.5f)), root);
}

#include "parameters_template.h"

static bool has_avx512(void) { return __builtin_cpu_supports("avx512f"); }

const ck_parameters_implementation ck_parameters_avx512 = {"avx512", has_avx512, adam, squared_norm,
                                                           interpolate};
#endif
