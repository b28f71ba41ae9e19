/* Products of float matrices, and a dense layer's other operations.
 *
 * Matrices are row-major. Every row starts at a multiple of 64 bytes and is padded with zeros to a multiple
 * of 16 floats; a stride counts floats from row to row. Padding may be read and written and stays zero. There
 * are no padding rows. */
#ifndef CKERNELS_MATRIX_KERNELS_H
#define CKERNELS_MATRIX_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most columns of C in multiply_by_transposed. */
enum { ck_narrow_columns = 4 };

/* The operation on a sum before it is stored; tanh is within 4e-7. The gradients multiply the sum by the
 * activation's derivative at its outputs. */
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
  const float *outputs; /* [rows, columns], the activation's outputs, for gradients */
  ptrdiff_t a_stride, b_stride, c_stride, outputs_stride;
} ck_product;

typedef struct ck_matrix_implementation {
  const char *name;
  bool (*is_supported)(void);

  /* C must not overlap the other matrices, except that `outputs` may be C. */
  void (*multiply)(const ck_product *product);

  /* The same for at most ck_narrow_columns columns of a B stored [columns, depth], by dot products. It
   * doesn't support `transposes_a`, `accumulates` or gradients as finish. */
  void (*multiply_by_transposed)(const ck_product *product);

  /* destination [columns, rows] = source [rows, columns] transposed; pads its rows with zeros. */
  void (*transpose)(const float *source, ptrdiff_t source_stride, int32_t rows, int32_t columns,
                    float *destination, ptrdiff_t destination_stride);

  /* sums [columns] = the sum of the rows, in their order. */
  void (*column_sums)(const float *source, ptrdiff_t stride, int32_t rows, int32_t columns,
                      float *sums);

  /* gradient *= the derivative of `finish` (one of the gradients) at the outputs. */
  void (*multiply_by_derivative)(ck_finish finish, const float *outputs, ptrdiff_t outputs_stride,
                                 int32_t rows, int32_t columns, float *gradient,
                                 ptrdiff_t gradient_stride);
} ck_matrix_implementation;

/* The implementations, the plainest first, the fastest last; NULL past the end. */
const ck_matrix_implementation *ck_matrix_implementation_at(int32_t index);

#endif
