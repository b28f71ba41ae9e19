#include "eighth.h"

#include "deadline.h"

/* ---- Blocks ---- */

/* Zero is at 128. Values far outside wrap, as in jpeg_idct_1x1. */
static inline uint8_t mean(const component *c) {
  int value = descale((uint32_t)((int16_t)c->predicted * (int)c->quantisation[0]), 3);
  return clamp(((value & 1023) ^ 512) - 512 + 128);
}

/* Reads one unit. Its samples go to column `x` of the rows, if wanted. */
static inline bool read_unit(scan *s, eighth_rows rows, uint32_t x, bool is_wanted) {
  reader *r = &s->reader;
  component *luminance = &s->components[0];
  for (int row = 0; row < s->rows; row++) {
    for (int column = 0; column < s->columns; column++) {
      if (!read_dc(r, luminance) || !skip_ac(r, luminance)) return false;
      rows[0][row][x + (uint32_t)column] = mean(luminance);
    }
  }
  for (int i = 1; i < s->count; i++) {
    component *c = &s->components[i];
    uint8_t *top = rows[i][0] + x, *bottom = rows[i][1] + x;
    if (!read_dc(r, c)) return false;
    if (is_wanted && s->columns == 2 && s->rows == 2) {
      int16_t block[block_size];
      if (!read_ac(r, c, block)) return false;
      quarter_block(block, c->quantisation, top, (size_t)(bottom - top));
    } else {
      if (!skip_ac(r, c)) return false;
      top[0] = top[s->columns - 1] = bottom[0] = bottom[s->columns - 1] = mean(c);
    }
  }
  return !is_overdrawn(r);
}

/* ---- Rows ---- */

static void write_rows(const eighth_rows rows, const scan *s, cjpeg_region region, uint32_t y, uint8_t *pixels,
                       size_t row_bytes) {
  for (uint32_t row = 0; row < (uint32_t)s->rows; row++) {
    if (y + row < region.y || y + row >= region.y + region.height) continue;
    uint8_t *output = pixels + (y + row - region.y) * row_bytes;
    const uint8_t *luminance = rows[0][row] + region.x;
    if (s->count == 1) {
      write_grey(luminance, region.width, output);
    } else {
      write_colours(luminance, rows[1][row] + region.x, rows[2][row] + region.x, region.width, output);
    }
  }
}

const uint8_t *eighth_read(entropy_tables *tables, eighth_rows rows, const struct jpeg_decompress_struct *info,
                           const uint8_t *bytes, size_t length, cjpeg_region region, uint64_t deadline, uint8_t *pixels,
                           size_t row_bytes) {
  scan s = scan_begin(tables, info, bytes, length, true);
  for (uint32_t y = 0; y < region.y + region.height; y += (uint32_t)s.rows) {
    if (is_past(deadline)) return NULL;
    bool has_row = y + (uint32_t)s.rows > region.y;
    for (uint32_t unit = 0; unit < s.units; unit++) {
      uint32_t x = unit * (uint32_t)s.columns;
      bool is_wanted = has_row && x + (uint32_t)s.columns > region.x && x < region.x + region.width;
      if (!scan_step(&s) || !read_unit(&s, rows, x, is_wanted)) return NULL;
    }
    if (has_row) write_rows(rows, &s, region, y, pixels, row_bytes);
  }
  return s.reader.next;
}
