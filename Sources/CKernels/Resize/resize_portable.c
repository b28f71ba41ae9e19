/* The reference: the plain definition of each output. */
#include "../implementations.h"

static bool always(void) { return true; }

static uint8_t rounded(int32_t sum) {
  int32_t value = sum >> ck_resize_weight_bits;
  return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

static const int32_t half = 1 << (ck_resize_weight_bits - 1);

void ck_resize_portable_horizontal(const ck_resize_axis *axis, const uint8_t *source,
                                   ptrdiff_t source_row_bytes, int32_t rows, uint8_t *destination,
                                   ptrdiff_t destination_row_bytes) {
  for (int32_t y = 0; y < rows; y++) {
    for (int32_t x = 0; x < axis->count; x++) {
      const int32_t *weights = axis->weights + (ptrdiff_t)x * axis->taps;
      const uint8_t *in = source + 3 * (ptrdiff_t)axis->starts[x];
      int32_t red = half, green = half, blue = half;
      for (int32_t t = 0; t < axis->lengths[x]; t++) {
        red += in[3 * t] * weights[t];
        green += in[3 * t + 1] * weights[t];
        blue += in[3 * t + 2] * weights[t];
      }
      destination[3 * x] = rounded(red);
      destination[3 * x + 1] = rounded(green);
      destination[3 * x + 2] = rounded(blue);
    }
    source += source_row_bytes;
    destination += destination_row_bytes;
  }
}

static void vertical(const ck_resize_axis *axis, const uint8_t *source, ptrdiff_t source_row_bytes,
                     int32_t row_length, uint8_t *destination, ptrdiff_t destination_row_bytes) {
  for (int32_t y = 0; y < axis->count; y++) {
    const int32_t *weights = axis->weights + (ptrdiff_t)y * axis->taps;
    const uint8_t *in = source + axis->starts[y] * source_row_bytes;
    for (int32_t x = 0; x < row_length; x++) {
      int32_t sum = half;
      for (int32_t t = 0; t < axis->lengths[y]; t++) sum += in[t * source_row_bytes + x] * weights[t];
      destination[x] = rounded(sum);
    }
    destination += destination_row_bytes;
  }
}

void ck_resize_portable_line(const ck_resize_axis *columns, int32_t first, const int16_t *line, uint8_t *destination) {
  const int32_t bits = ck_resize_pair_bits + ck_resize_line_bits;
  for (int32_t x = first; x < columns->count; x++) {
    const int16_t *in = line + 3 * (ptrdiff_t)columns->starts[x], *weights = columns->pairs + 2 * (ptrdiff_t)x;
    for (int32_t c = 0; c < 3; c++)
      destination[3 * x + c] =
          (uint8_t)((in[c] * weights[0] + in[c + 3] * weights[1] + (1 << (bits - 1))) >> bits);
  }
}

static void linear(const ck_resize_axis *columns, const ck_resize_axis *rows, const uint8_t *source,
                   ptrdiff_t source_row_bytes, int32_t row_length, int16_t *line, uint8_t *destination,
                   ptrdiff_t destination_row_bytes) {
  const int32_t dropped = ck_resize_pair_bits - ck_resize_line_bits;
  for (int32_t y = 0; y < rows->count; y++) {
    const uint8_t *first = source + rows->starts[y] * source_row_bytes;
    const uint8_t *second = rows->lengths[y] > 1 ? first + source_row_bytes : first;
    const int32_t weight = rows->pairs[2 * (ptrdiff_t)y + 1];
    for (int32_t x = 0; x < row_length; x++)
      line[x] = (int16_t)((first[x] << ck_resize_line_bits) +
                          (((second[x] - first[x]) * weight + (1 << (dropped - 1))) >> dropped));
    /* An output whose only pixel is the last has a weight of 0 for the one past it. */
    for (int32_t x = row_length; x < row_length + 3; x++) line[x] = 0;
    ck_resize_portable_line(columns, 0, line, destination + y * destination_row_bytes);
  }
}

const ck_resize_implementation ck_resize_portable = {"portable", always, ck_resize_portable_horizontal, vertical,
                                                     linear};
