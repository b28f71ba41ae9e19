#include "../include/Orient.h"

static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

/* In tiles: a transposition reads along rows and writes along columns, and one of the two would
 * miss the cache at every pixel of a large image. */
void ck_orient_rgb(const uint8_t *source, ptrdiff_t source_row_bytes, int32_t width, int32_t height,
                   bool flip_columns, bool flip_rows, bool transpose, uint8_t *destination,
                   ptrdiff_t destination_row_bytes) {
  const int32_t tile = 32;
  ptrdiff_t right = transpose ? destination_row_bytes : 3;
  ptrdiff_t down = transpose ? 3 : destination_row_bytes;
  for (int32_t top = 0; top < height; top += tile) {
    for (int32_t left = 0; left < width; left += tile) {
      for (int32_t y = top; y < smaller(top + tile, height); y++) {
        const uint8_t *in = source + y * source_row_bytes + 3 * (ptrdiff_t)left;
        uint8_t *row = destination + (flip_rows ? height - 1 - y : y) * down;
        for (int32_t x = left; x < smaller(left + tile, width); x++, in += 3) {
          uint8_t *out = row + (flip_columns ? width - 1 - x : x) * right;
          out[0] = in[0], out[1] = in[1], out[2] = in[2];
        }
      }
    }
  }
}
