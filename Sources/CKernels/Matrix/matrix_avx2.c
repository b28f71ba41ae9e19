#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8
/* 12 sums, 2 vectors of B, an element of A: of 16 registers. */
#define TILE_ROWS 6
#define TILE_VECTORS 2

typedef float vector __attribute__((ext_vector_type(LANES)));

TARGET static inline vector multiply_add(vector a, vector b, vector c) {
  return _mm256_fmadd_ps(a, b, c);
}

TARGET static inline vector reciprocal(vector x) { return 1.0f / x; }

TARGET static inline __attribute__((always_inline)) void transpose_block(vector *block) {
  vector t[8];
#pragma clang loop unroll(full)
  for (int i = 0; i < 8; i += 4) {
    __m256 a = _mm256_unpacklo_ps(block[i], block[i + 1]), b = _mm256_unpackhi_ps(block[i], block[i + 1]);
    __m256 c = _mm256_unpacklo_ps(block[i + 2], block[i + 3]), d = _mm256_unpackhi_ps(block[i + 2], block[i + 3]);
    t[i] = (vector)_mm256_unpacklo_pd((__m256d)a, (__m256d)c);
    t[i + 1] = (vector)_mm256_unpackhi_pd((__m256d)a, (__m256d)c);
    t[i + 2] = (vector)_mm256_unpacklo_pd((__m256d)b, (__m256d)d);
    t[i + 3] = (vector)_mm256_unpackhi_pd((__m256d)b, (__m256d)d);
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < 4; r++) {
    block[r] = _mm256_permute2f128_ps(t[r], t[r + 4], 0x20);
    block[r + 4] = _mm256_permute2f128_ps(t[r], t[r + 4], 0x31);
  }
}

#include "matrix_template.h"

static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

const ck_matrix_implementation ck_matrix_avx2 = {
    "avx2", has_avx2, multiply, multiply_by_transposed, transpose, column_sums, multiply_by_derivative};
#endif
