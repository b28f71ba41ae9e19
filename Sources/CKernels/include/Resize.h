/* Separable resampling of 8-bit RGB, the inner loops.
 *
 * An image is resampled along x, then along y; each pass rounds to the nearest of 256 levels, as
 * Pillow does, so that the result of every implementation is the same bit for bit. Weights have 22
 * fractional bits. */
#ifndef CKERNELS_RESIZE_H
#define CKERNELS_RESIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ck_resize_weight_bits = 22, ck_resize_split_bits = 11 };

/* Of the resize of two taps: fractional bits of a weight, and of a value between its two axes. */
enum { ck_resize_pair_bits = 14, ck_resize_line_bits = 6 };

/* The inputs and weights of each of `count` outputs along one axis.
 *
 * Output i is the sum over t < lengths[i] of input[starts[i] + t] * weights[i * taps + t], rounded, shifted
 * by 22 bits and clipped to 0...255. `taps` is even and weights beyond lengths[i] are 0. `split` holds the
 * same weights as pairs of 16-bit factors, w = high * 2^11 + low, four numbers for two taps: high, high, low,
 * low (multiply-add instructions take pairs). `pairs` is NULL unless `taps` is 2: the two weights of each output with
 * 14 fractional bits, which sum to 2^14. */
typedef struct ck_resize_axis {
  int32_t count;
  int32_t taps;
  const int32_t *starts;
  const int32_t *lengths;
  const int32_t *weights;
  const int16_t *split;
  const int16_t *pairs;
} ck_resize_axis;

/* The bytes past the last pixel that may be touched: of a source row when reading `taps` pixels, of a
 * destination row of the horizontal pass when writing. Buffers keep at least this many spare. */
enum { ck_resize_slack = 16 };

typedef struct ck_resize_implementation {
  const char *name;
  bool (*is_supported)(void);

  /* rows x (any width) RGB -> rows x axis->count RGB. The source may be read for 3 * taps +
   * ck_resize_slack bytes from the start of an output's first pixel; destination rows may be
   * written ck_resize_slack bytes past their end. */
  void (*horizontal)(const ck_resize_axis *axis, const uint8_t *source, ptrdiff_t source_row_bytes,
                     int32_t rows, uint8_t *destination, ptrdiff_t destination_row_bytes);

  /* (any) rows x row_length bytes -> axis->count rows x row_length bytes. Source rows may be read
   * for ck_resize_slack bytes past their end; the destination is written exactly. */
  void (*vertical)(const ck_resize_axis *axis, const uint8_t *source, ptrdiff_t source_row_bytes,
                   int32_t row_length, uint8_t *destination, ptrdiff_t destination_row_bytes);

  /* Both axes, of two taps each, with nonnegative weights: rows of row_length bytes of RGB -> rows->count x
   * columns->count RGB, along y first, rounded once. Only the source's rows that have a weight are read, and
   * ck_resize_slack bytes past their end; `line` has room for row_length + ck_resize_slack numbers; the destination is
   * written exactly. */
  void (*linear)(const ck_resize_axis *columns, const ck_resize_axis *rows, const uint8_t *source,
                 ptrdiff_t source_row_bytes, int32_t row_length, int16_t *line, uint8_t *destination,
                 ptrdiff_t destination_row_bytes);
} ck_resize_implementation;

/* The implementations, the plainest first, the fastest last; NULL past the end. */
const ck_resize_implementation *ck_resize_implementation_at(int32_t index);

#endif
