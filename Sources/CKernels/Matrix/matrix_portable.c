/* For every processor, by the compiler's vectors of four. */
#define TARGET
#define LANES 4
/* 8 sums, 2 vectors of B, an element of A, a product: of 16 registers. */
#define TILE_ROWS 4
#define TILE_VECTORS 2

typedef float vector __attribute__((ext_vector_type(LANES)));

static inline vector multiply_add(vector a, vector b, vector c) {
#if defined(__FP_FAST_FMAF)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

static inline vector reciprocal(vector x) { return 1.0f / x; }

static inline __attribute__((always_inline)) void transpose_block(vector *block) {
  vector a = __builtin_shufflevector(block[0], block[1], 0, 4, 1, 5);
  vector b = __builtin_shufflevector(block[0], block[1], 2, 6, 3, 7);
  vector c = __builtin_shufflevector(block[2], block[3], 0, 4, 1, 5);
  vector d = __builtin_shufflevector(block[2], block[3], 2, 6, 3, 7);
  block[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  block[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  block[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  block[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

#include "matrix_template.h"

static bool always(void) { return true; }

const ck_matrix_implementation ck_matrix_portable = {
    "portable", always, multiply, multiply_by_transposed, transpose, column_sums, multiply_by_derivative};
