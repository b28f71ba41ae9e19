/* The matrix kernels for one width of vectors. Included once by a file for each instruction set, which
 * defines before:
 *
 *     TARGET                       the attribute that lets the compiler use the instruction set
 *     LANES                        floats in a vector: 4, 8 or 16
 *     vector                       ext_vector_type(LANES) of float
 *     TILE_ROWS, TILE_VECTORS      the tile of C that is kept in registers; TILE_ROWS 4 or 8
 *     multiply_add(a, b, c)        a * b + c, rounded once where that is one instruction
 *     reciprocal(vector)           1 / x
 *     transpose_block(vector[LANES])   in registers
 *
 * and after: the table entry. */
#include "../implementations.h"

#define INLINE static inline __attribute__((always_inline)) TARGET
#define UNROLL _Pragma("clang loop unroll(full)")
/* Only multiply_add rounds once. Compiler-made fusions would make a row's result depend on loop unrolling. */
#pragma clang fp contract(off)

enum {
  /* Vectors of a tile of one row: enough sums in flight to hide the latency of an addition. */
  ROW_VECTORS = 8,
  /* Rows of a transposed A, and of B, processed at once, so that a panel of both stays in the nearest cache.
   * (An A that isn't transposed is read along its rows and doesn't need it.) */
  DEPTH_BLOCK = 128,
};

typedef int32_t mask __attribute__((ext_vector_type(LANES)));

INLINE vector load(const float *pointer) { return *(const vector *)pointer; }
INLINE void store(float *pointer, vector value) { *(vector *)pointer = value; }

INLINE int32_t vectors_of(int32_t columns) { return (columns + LANES - 1) / LANES; }

/* Comparisons are written so that NaN stays NaN: one instruction each. */

/* x * P(x^2) / Q(x^2) on |x| <= 9.02, beyond which tanh(x) is 1 in float. A minimax fit with relative error
 * 2.1e-8, by iteratively reweighted least squares; all coefficients are positive, so nothing cancels. */
INLINE vector hyperbolic_tangent(vector x) {
  x = (vector)(-9.02f) > x ? (vector)(-9.02f) : x;
  x = (vector)(9.02f) < x ? (vector)(9.02f) : x;
  vector z = x * x;
  vector p = multiply_add(z, (vector)(1.33190723e-08f), (vector)(2.05834822e-05f));
  p = multiply_add(p, z, (vector)(3.49403463e-03f));
  p = multiply_add(p, z, (vector)(1.33797180e-01f));
  p = multiply_add(p, z, (vector)(9.99999979e-01f));
  vector q = multiply_add(z, (vector)(7.76201979e-07f), (vector)(3.28309295e-04f));
  q = multiply_add(q, z, (vector)(2.58710735e-02f));
  q = multiply_add(q, z, (vector)(4.67130332e-01f));
  q = multiply_add(q, z, (vector)(1.0f));
  return x * p * reciprocal(q);
}

INLINE vector relu(vector x) { return (vector)(0) > x ? (vector)(0) : x; }

INLINE vector through_relu(vector gradient, vector output) {
  return output > 0 ? gradient : (vector)(0);
}

INLINE vector through_tanh(vector gradient, vector output) {
  return gradient - gradient * (output * output);
}

/* Rows from `row`, columns from `column` of C. Always inlined with constants for the last three arguments, so
 * that the sums are registers. */
INLINE void tile(const ck_product *product, ptrdiff_t row, ptrdiff_t column, const int rows,
                 const int vectors, const bool transposes) {
  vector sums[TILE_ROWS][ROW_VECTORS];
  float *c = product->c + row * product->c_stride + column;
  UNROLL for (int j = 0; j < vectors; j++) {
    vector bias = product->bias ? load(product->bias + column + j * LANES) : (vector)(0);
    UNROLL for (int i = 0; i < rows; i++) sums[i][j] = bias;
  }
  if (product->accumulates)
    UNROLL for (int i = 0; i < rows; i++)
      UNROLL for (int j = 0; j < vectors; j++)
        sums[i][j] += load(c + i * product->c_stride + j * LANES);

  const ptrdiff_t a_stride = product->a_stride, b_stride = product->b_stride;
  const float *a = product->a + (transposes ? row : row * a_stride);
  const float *b = product->b + column;
  for (ptrdiff_t depth = product->depth; depth > 0; depth--) {
    vector factors[ROW_VECTORS];
    UNROLL for (int j = 0; j < vectors; j++) factors[j] = load(b + j * LANES);
    UNROLL for (int i = 0; i < rows; i++) {
      vector factor = (vector)(transposes ? a[i] : a[i * a_stride]);
      UNROLL for (int j = 0; j < vectors; j++) sums[i][j] = multiply_add(factor, factors[j], sums[i][j]);
    }
    a += transposes ? a_stride : 1;
    b += b_stride;
  }

  const ptrdiff_t outputs_stride = product->outputs_stride;
  const float *outputs = product->outputs + row * outputs_stride + column;
  switch (product->finish) {
  case ck_finish_relu:
    UNROLL for (int i = 0; i < rows; i++)
      UNROLL for (int j = 0; j < vectors; j++)
        sums[i][j] = relu(sums[i][j]);
    break;
  case ck_finish_relu_gradient:
    UNROLL for (int i = 0; i < rows; i++)
      UNROLL for (int j = 0; j < vectors; j++)
        sums[i][j] = through_relu(sums[i][j], load(outputs + i * outputs_stride + j * LANES));
    break;
  case ck_finish_tanh_gradient:
    UNROLL for (int i = 0; i < rows; i++)
      UNROLL for (int j = 0; j < vectors; j++)
        sums[i][j] = through_tanh(sums[i][j], load(outputs + i * outputs_stride + j * LANES));
    break;
  case ck_finish_none:
  case ck_finish_tanh: /* Afterwards, from memory. */
    break;
  }
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < vectors; j++)
      store(c + i * product->c_stride + j * LANES, sums[i][j]);
}

/* All rows of some columns: their part of B stays in the nearest cache. */
INLINE void panel(const ck_product *product, ptrdiff_t column, const int vectors,
                  const bool transposes) {
  ptrdiff_t row = 0, rows = product->rows;
  for (; row + TILE_ROWS <= rows; row += TILE_ROWS)
    tile(product, row, column, TILE_ROWS, vectors, transposes);
#if TILE_ROWS > 4
  if (rows - row >= 4) {
    tile(product, row, column, 4, vectors, transposes);
    row += 4;
  }
#endif
  if (rows - row >= 2) {
    tile(product, row, column, 2, vectors, transposes);
    row += 2;
  }
  if (rows - row >= 1) tile(product, row, column, 1, vectors, transposes);
}

TARGET static void panel1(const ck_product *p, ptrdiff_t column) { panel(p, column, 1, false); }
TARGET static void panel2(const ck_product *p, ptrdiff_t column) { panel(p, column, 2, false); }
TARGET static void transposed_panel1(const ck_product *p, ptrdiff_t column) { panel(p, column, 1, true); }
TARGET static void transposed_panel2(const ck_product *p, ptrdiff_t column) { panel(p, column, 2, true); }
#if TILE_VECTORS > 2
TARGET static void panel3(const ck_product *p, ptrdiff_t column) { panel(p, column, 3, false); }
TARGET static void transposed_panel3(const ck_product *p, ptrdiff_t column) { panel(p, column, 3, true); }
#endif

typedef void (*panel_function)(const ck_product *, ptrdiff_t);
static const panel_function panels[2][TILE_VECTORS] = {
#if TILE_VECTORS > 2
    {panel1, panel2, panel3}, {transposed_panel1, transposed_panel2, transposed_panel3},
#else
    {panel1, panel2}, {transposed_panel1, transposed_panel2},
#endif
};

/* Some columns of C, by blocks of the depth. Storing a sum between blocks doesn't change it. */
TARGET static void multiply_panel(const ck_product *product, ptrdiff_t column, int32_t vectors) {
  if (!product->transposes_a || product->depth <= DEPTH_BLOCK) {
    panels[product->transposes_a][vectors - 1](product, column);
    return;
  }
  ck_product block = *product;
  block.depth = DEPTH_BLOCK;
  block.finish = ck_finish_none;
  for (int32_t rest = product->depth; rest > 0; rest -= DEPTH_BLOCK) {
    if (rest <= DEPTH_BLOCK) {
      block.depth = rest;
      block.finish = product->finish;
    }
    panels[true][vectors - 1](&block, column);
    block.a += DEPTH_BLOCK * block.a_stride;
    block.b += DEPTH_BLOCK * block.b_stride;
    block.bias = NULL;
    block.accumulates = true;
  }
}

/* A single row, such as one observation: one pass over B. */
TARGET static void multiply_row(const ck_product *product, int32_t vectors) {
  ptrdiff_t column = 0;
  for (; vectors >= ROW_VECTORS; vectors -= ROW_VECTORS, column += ROW_VECTORS * LANES)
    tile(product, 0, column, 1, ROW_VECTORS, false);
  if (vectors >= 4) {
    tile(product, 0, column, 1, 4, false);
    vectors -= 4, column += 4 * LANES;
  }
  if (vectors >= 2) {
    tile(product, 0, column, 1, 2, false);
    vectors -= 2, column += 2 * LANES;
  }
  if (vectors >= 1) tile(product, 0, column, 1, 1, false);
}

TARGET static void apply_tanh(const ck_product *product) {
  int32_t vectors = vectors_of(product->columns);
  float *values = product->c;
  for (int32_t i = 0; i < product->rows; i++, values += product->c_stride)
    for (int32_t j = 0; j < vectors; j++)
      store(values + j * LANES, hyperbolic_tangent(load(values + j * LANES)));
}

TARGET static void multiply(const ck_product *product) {
  int32_t vectors = vectors_of(product->columns);
  if (product->rows == 1 && !product->transposes_a) {
    multiply_row(product, vectors);
  } else {
    /* As wide as registers allow, and equally wide: a narrow rest costs more than it computes. */
    int32_t count = (vectors + TILE_VECTORS - 1) / TILE_VECTORS;
    ptrdiff_t column = 0;
    for (; count > 0; count--) {
      int32_t width = (vectors + count - 1) / count;
      multiply_panel(product, column, width);
      column += width * LANES;
      vectors -= width;
    }
  }
  if (product->finish == ck_finish_tanh) apply_tanh(product);
}

/* As many rows of C as lanes. Each sum is a vector of partial sums; a transposition lets them be added
 * across. Always inlined with a constant number of columns. */
INLINE void dot_rows(const ck_product *product, int32_t row, int32_t rows, const int columns) {
  enum { most = LANES };
  const int count = LANES / columns;
  const ptrdiff_t a_stride = product->a_stride, b_stride = product->b_stride;
  const float *a = product->a + row * a_stride;
  vector sums[most];
  UNROLL for (int s = 0; s < LANES; s++) sums[s] = (vector)(0);
  for (int32_t k = 0; k < product->depth; k += LANES)
    UNROLL for (int j = 0; j < columns; j++) {
      vector factor = load(product->b + j * b_stride + k);
      UNROLL for (int i = 0; i < count; i++) {
        /* Missing rows repeat the last one. */
        const float *a_row = a + (i < rows ? i : rows - 1) * a_stride;
        sums[i * columns + j] = multiply_add(load(a_row + k), factor, sums[i * columns + j]);
      }
    }
  transpose_block(sums);
  UNROLL for (int half = LANES / 2; half > 0; half /= 2)
    UNROLL for (int s = 0; s < half; s++) sums[s] += sums[s + half];
  float *c = product->c + row * product->c_stride;
  for (int i = 0; i < count && i < rows; i++, c += product->c_stride)
    UNROLL for (int j = 0; j < columns; j++)
      c[j] = sums[0][i * columns + j] + (product->bias ? product->bias[j] : 0);
}

INLINE void dot(const ck_product *product, const int columns) {
  const int32_t count = LANES / columns, rows = product->rows;
  int32_t row = 0;
  for (; row + count <= rows; row += count) dot_rows(product, row, count, columns);
  if (row < rows) dot_rows(product, row, rows - row, columns);
}

TARGET static void multiply_by_transposed(const ck_product *product) {
  switch (product->columns) {
  case 1: dot(product, 1); break;
  case 2: dot(product, 2); break;
  case 3: dot(product, 3); break;
  case 4: dot(product, 4); break;
  }
  if (product->finish == ck_finish_tanh) apply_tanh(product);
  if (product->finish == ck_finish_relu)
    for (int32_t i = 0; i < product->rows; i++) {
      float *c = product->c + i * product->c_stride;
      store(c, relu(load(c)));
    }
}

/* LANES rows and columns; only the first `rows` of the source are read, the first `columns` of the
 * destination written. */
INLINE void transpose_square(const float *source, ptrdiff_t source_stride, const int32_t rows,
                             const int32_t columns, float *destination,
                             ptrdiff_t destination_stride) {
  vector block[LANES];
  UNROLL for (int i = 0; i < LANES; i++)
    block[i] = i < rows ? load(source + i * source_stride) : (vector)(0);
  transpose_block(block);
  UNROLL for (int i = 0; i < LANES; i++)
    if (i < columns) store(destination + i * destination_stride, block[i]);
}

TARGET static void transpose(const float *source, ptrdiff_t source_stride, int32_t rows,
                             int32_t columns, float *destination, ptrdiff_t destination_stride) {
  for (int32_t i = 0; i < rows; i += LANES) {
    for (int32_t j = 0; j < columns; j += LANES) {
      const float *from = source + i * source_stride + j;
      float *to = destination + j * destination_stride + i;
      if (rows - i >= LANES && columns - j >= LANES)
        transpose_square(from, source_stride, LANES, LANES, to, destination_stride);
      else
        transpose_square(from, source_stride, rows - i, columns - j, to, destination_stride);
    }
  }
}

INLINE void sum_panel(const float *source, ptrdiff_t stride, int32_t rows, float *sums,
                      const int vectors) {
  vector sum[4];
  UNROLL for (int j = 0; j < vectors; j++) sum[j] = (vector)(0);
  for (int32_t i = 0; i < rows; i++, source += stride)
    UNROLL for (int j = 0; j < vectors; j++) sum[j] += load(source + j * LANES);
  UNROLL for (int j = 0; j < vectors; j++) store(sums + j * LANES, sum[j]);
}

TARGET static void column_sums(const float *source, ptrdiff_t stride, int32_t rows, int32_t columns,
                               float *sums) {
  int32_t vectors = vectors_of(columns), j = 0;
  for (; j + 4 <= vectors; j += 4) sum_panel(source + j * LANES, stride, rows, sums + j * LANES, 4);
  for (; j < vectors; j++) sum_panel(source + j * LANES, stride, rows, sums + j * LANES, 1);
}

TARGET static void multiply_by_derivative(ck_finish finish, const float *outputs,
                                          ptrdiff_t outputs_stride, int32_t rows, int32_t columns,
                                          float *gradient, ptrdiff_t gradient_stride) {
  int32_t vectors = vectors_of(columns);
  for (int32_t i = 0; i < rows; i++, outputs += outputs_stride, gradient += gradient_stride)
    for (int32_t j = 0; j < vectors; j++) {
      vector value = load(gradient + j * LANES), output = load(outputs + j * LANES);
      store(gradient + j * LANES, finish == ck_finish_relu_gradient ? through_relu(value, output)
                                                                    : through_tanh(value, output));
    }
}
