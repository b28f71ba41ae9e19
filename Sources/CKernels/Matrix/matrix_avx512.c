#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,fma")))
#define LANES 16
/* 24 sums, 3 vectors of B: of 32 registers. */
#define TILE_ROWS 8
#define TILE_VECTORS 3

typedef float vector __attribute__((ext_vector_type(LANES)));

TARGET static inline vector multiply_add(vector a, vector b, vector c) {
  return _mm512_fmadd_ps(a, b, c);
}

/* 14 bits, doubled by a step of Newton's method; half the time of a division. */
TARGET static inline vector reciprocal(vector x) {
  vector y = _mm512_rcp14_ps(x);
  return y * _mm512_fnmadd_ps(x, y, (vector)(2.0f));
}

/* Pairs of rows exchange elements, then halves of ever larger groups, until row i is column i. */
TARGET static inline __attribute__((always_inline)) void transpose_block(vector *block) {
  vector t[16];
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i += 4) {
    __m512 a = _mm512_unpacklo_ps(block[i], block[i + 1]), b = _mm512_unpackhi_ps(block[i], block[i + 1]);
    __m512 c = _mm512_unpacklo_ps(block[i + 2], block[i + 3]), d = _mm512_unpackhi_ps(block[i + 2], block[i + 3]);
    t[i] = (vector)_mm512_unpacklo_pd((__m512d)a, (__m512d)c);
    t[i + 1] = (vector)_mm512_unpackhi_pd((__m512d)a, (__m512d)c);
    t[i + 2] = (vector)_mm512_unpacklo_pd((__m512d)b, (__m512d)d);
    t[i + 3] = (vector)_mm512_unpackhi_pd((__m512d)b, (__m512d)d);
  }
  /* Lane l of t[4 g + r] is now rows 4 g ... 4 g + 3 of column 4 l + r. */
#pragma clang loop unroll(full)
  for (int r = 0; r < 4; r++) {
    __m512 a = _mm512_shuffle_f32x4(t[r], t[r + 4], 0x88), b = _mm512_shuffle_f32x4(t[r], t[r + 4], 0xdd);
    __m512 c = _mm512_shuffle_f32x4(t[r + 8], t[r + 12], 0x88), d = _mm512_shuffle_f32x4(t[r + 8], t[r + 12], 0xdd);
    block[r] = _mm512_shuffle_f32x4(a, c, 0x88);
    block[r + 4] = _mm512_shuffle_f32x4(b, d, 0x88);
    block[r + 8] = _mm512_shuffle_f32x4(a, c, 0xdd);
    block[r + 12] = _mm512_shuffle_f32x4(b, d, 0xdd);
  }
}

#include "matrix_template.h"

static bool has_avx512(void) { return __builtin_cpu_supports("avx512f"); }

const ck_matrix_implementation ck_matrix_avx512 = {
    "avx512", has_avx512, multiply, multiply_by_transposed, transpose, column_sums, multiply_by_derivative};
#endif
