/* Products of float matrices and what a dense layer needs around them.
 *
 * Matrices are row-major. Every row starts at a multiple of 64 bytes and is padded with zeros to a
 * multiple of 16 floats; a stride counts floats from row to row. Padding may be read and written and
 * stays zero. Nothing here needs the padding's rows: a matrix has exactly as many as are said. */
#ifndef CKERNELS_MATRIX_KERNELS_H
#define CKERNELS_MATRIX_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Columns of C that multiply_by_transposed takes at most. */
enum { ck_narrow_columns = 4 };

/* What is done to a sum before it is stored; tanh is within 4e-7. The gradients multiply it with the derivative of an
 * activation, given what the activation gave. */
typedef enum ck_finish {
  ck_finish_none,
  ck_finish_relu,
  ck_finish_tanh,
  ck_finish_relu_gradient,
  ck_finish_tanh_gradient,
} ck_finish;

/* C = finish(A * B + bias), with C before the product added if `accumulates`. A row of C depends, bit
 * for bit, on that row of A alone, not on how many rows there are. */
typedef struct ck_product {
  int32_t rows, columns, depth;
  bool transposes_a;    /* A is stored [depth, rows], otherwise [rows, depth]. */
  bool accumulates;
  ck_finish finish;
  const float *a;
  const float *b;       /* [depth, columns] */
  float *c;             /* [rows, columns] */
  const float *bias;    /* [columns], or NULL */
  const float *outputs; /* [rows, columns], what the activation gave, for the gradients */
  ptrdiff_t a_stride, b_stride, c_stride, outputs_stride;
} ck_product;

typedef struct ck_matrix_implementation {
  const char *name;
  bool (*is_supported)(void);

  /* C must not overlap the other matrices, except that `outputs` may be C. */
  void (*multiply)(const ck_product *product);

  /* The same for few columns, at most ck_narrow_columns, of a B that is stored [columns, depth]: by dot
   * products. `transposes_a`, `accumulates` and the gradients as finish are not for it. */
  void (*multiply_by_transposed)(const ck_product *product);

  /* destination [columns, rows] = source [rows, columns] transposed; pads its rows with zeros. */
  void (*transpose)(const float *source, ptrdiff_t source_stride, int32_t rows, int32_t columns,
                    float *destination, ptrdiff_t destination_stride);

  /* sums [columns] = the sum of the rows, in their order. */
  void (*column_sums)(const float *source, ptrdiff_t stride, int32_t rows, int32_t columns,
                      float *sums);

  /* gradient *= the derivative that `finish` (one of the gradients) names, given the outputs. */
  void (*multiply_by_derivative)(ck_finish finish, const float *outputs, ptrdiff_t outputs_stride,
                                 int32_t rows, int32_t columns, float *gradient,
                                 ptrdiff_t gradient_stride);
} ck_matrix_implementation;

/* The implementations, the plainest first, the fastest last; NULL past the end. */
const ck_matrix_implementation *ck_matrix_implementation_at(int32_t index);

#endif
