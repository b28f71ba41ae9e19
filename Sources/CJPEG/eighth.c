#include "eighth.h"

#include <stdlib.h>
#include <string.h>

/* Bits that are looked at to read one symbol, and to pass over several. Most codes are shorter. */
enum { symbol_bits = 10, skip_bits = 13 };

enum { block_size = 64, longest_code = 16, maximum_columns = 65535 / 8 + 3 };

/* One Huffman code. */
typedef struct {
  bool is_made;
  uint8_t counts[longest_code + 1], values[256]; /* as the file says it */
  uint16_t symbols[1 << symbol_bits];            /* length << 8 | value; 0 where the code is longer */
  uint32_t ends[longest_code + 1];               /* one past the last code of a length, from the top of 16 bits */
  int32_t offsets[longest_code + 1];             /* of a code's value, less the code */
} code;

/* Several symbols of a block's AC coefficients with the bits that follow each. */
typedef struct {
  uint8_t bits;   /* of all of them */
  uint8_t steps;  /* coefficients that they go on; block_size more at the block's end */
  uint8_t before; /* steps without the last symbol; block_size if not even one fits */
  uint8_t unused; /* makes it one load */
} skip;

typedef struct {
  bool is_made;
  skip entries[1 << skip_bits];
} skip_table;

struct eighth_decoder {
  code codes[2][NUM_HUFF_TBLS]; /* of DC and AC coefficients */
  skip_table skips[NUM_HUFF_TBLS];
  /* The rows of pixels that one row of blocks makes: luminance and both chrominances. */
  uint8_t rows[3][2][maximum_columns];
};

eighth_decoder *eighth_create(void) { return calloc(1, sizeof(eighth_decoder)); }

void eighth_destroy(eighth_decoder *decoder) { free(decoder); }

/* ---- Bits ---- */

/* Entropy-coded data without its stuffing. Where it ends zeros follow. */
typedef struct {
  const uint8_t *next, *end;
  uint64_t buffer; /* the next bits, from the top */
  int count;       /* how many of them are there */
  int padding;     /* how many of those are not the file's */
} reader;

static void refill_bytewise(reader *r) {
  while (r->count < 56) {
    uint64_t byte = 0;
    if (r->next < r->end && *r->next != 0xFF) {
      byte = *r->next++;
    } else if (r->end - r->next >= 2 && r->next[1] == 0) {
      byte = 0xFF;
      r->next += 2;
    } else {
      r->padding += 8;
    }
    r->buffer |= byte << (56 - r->count);
    r->count += 8;
  }
}

/* Afterwards there are 56 bits or more. */
static inline void refill(reader *r) {
  if (r->end - r->next >= 8) {
    uint64_t word;
    memcpy(&word, r->next, sizeof word);
    uint64_t inverse = ~word; /* a byte of FF is one of 0 here */
    if (((inverse - 0x0101010101010101) & word & 0x8080808080808080) == 0) {
      r->buffer |= __builtin_bswap64(word) >> r->count;
      r->next += (63 - r->count) >> 3;
      r->count |= 56;
      return;
    }
  }
  refill_bytewise(r);
}

static inline uint32_t peek(const reader *r, int bits) { return (uint32_t)(r->buffer >> (64 - bits)); }

static inline void drop(reader *r, int bits) {
  r->buffer <<= bits;
  r->count -= bits;
}

static inline bool is_overdrawn(const reader *r) { return r->count < r->padding; }

/* ---- Codes ---- */

static bool is_made_of(const code *c, const JHUFF_TBL *table) {
  return c->is_made && memcmp(c->counts, table->bits, sizeof c->counts) == 0 &&
         memcmp(c->values, table->huffval, sizeof c->values) == 0;
}

static const code *make_code(code *c, const JHUFF_TBL *table) {
  if (is_made_of(c, table)) return c;
  memset(c, 0, sizeof *c);
  memcpy(c->counts, table->bits, sizeof c->counts);
  memcpy(c->values, table->huffval, sizeof c->values);
  uint32_t next = 0; /* code */
  int index = 0;
  for (int length = 1; length <= longest_code; length++, next <<= 1) {
    c->offsets[length] = index - (int32_t)next;
    for (int i = 0; i < c->counts[length]; i++, next++, index++) {
      if (length > symbol_bits) continue;
      int free_bits = symbol_bits - length;
      for (uint32_t rest = 0; rest < 1u << free_bits; rest++)
        c->symbols[next << free_bits | rest] = (uint16_t)(length << 8 | c->values[index]);
    }
    c->ends[length] = next << (longest_code - length);
  }
  c->is_made = true;
  return c;
}

/* length << 8 | value of the code at the top of 16 bits; 0 if it is none. */
static uint32_t find_symbol(const code *c, uint32_t bits) {
  for (int length = 1; length <= longest_code; length++) {
    if (bits >= c->ends[length]) continue;
    int index = (int)(bits >> (longest_code - length)) + c->offsets[length];
    return (uint32_t)length << 8 | c->values[index & 255];
  }
  return 0;
}

/* The next symbol, or -1. There must be 16 bits. */
static inline int read_symbol(reader *r, const code *c) {
  uint32_t symbol = c->symbols[peek(r, symbol_bits)];
  if (symbol == 0) symbol = find_symbol(c, peek(r, longest_code));
  if (symbol == 0) return -1;
  drop(r, (int)(symbol >> 8));
  return symbol & 255;
}

/* The number of so many bits that follows a symbol; negative ones are stored less 1. */
static inline int read_number(reader *r, int bits) {
  if (bits == 0) return 0;
  int number = (int)peek(r, bits);
  drop(r, bits);
  return number < 1 << (bits - 1) ? number - (1 << bits) + 1 : number;
}

static skip find_skip(const code *c, uint32_t bits) {
  skip found = {.before = block_size};
  int steps = 0, used = 0;
  while (steps < block_size) {
    uint32_t symbol = find_symbol(c, bits << used << (longest_code - skip_bits) & 0xFFFF);
    int size = symbol & 15, run = symbol >> 4 & 15;
    used += (int)(symbol >> 8) + size;
    if (symbol == 0 || used > skip_bits) break;
    found.before = (uint8_t)steps;
    steps += size == 0 && run < 15 ? block_size : run + 1;
    found.bits = (uint8_t)used;
    found.steps = (uint8_t)steps;
  }
  return found;
}

static const skip_table *make_skips(skip_table *table, code *c, const JHUFF_TBL *source) {
  if (table->is_made && is_made_of(c, source)) return table;
  make_code(c, source);
  for (uint32_t bits = 0; bits < 1u << skip_bits; bits++) table->entries[bits] = find_skip(c, bits);
  table->is_made = true;
  return table;
}

/* ---- Blocks ---- */

/* What a component is decoded by. */
typedef struct {
  const code *dc, *ac;
  const skip_table *skips;
  const UINT16 *quantisation;
  int predicted; /* the last block's DC coefficient */
} component;

static inline bool read_dc(reader *r, component *c) {
  refill(r);
  int size = read_symbol(r, c->dc);
  if (size < 0 || size > 15) return false;
  c->predicted = (int)((uint32_t)c->predicted + (uint32_t)read_number(r, size));
  return true;
}

/* A symbol that is no part of a skip. */
static inline bool skip_symbol(reader *r, const code *ac, int *position) {
  refill(r);
  int symbol = read_symbol(r, ac);
  if (symbol < 0) return false;
  int size = symbol & 15, run = symbol >> 4;
  drop(r, size);
  *position += size == 0 && run < 15 ? block_size : run + 1;
  return true;
}

/* Passes over a block's AC coefficients. */
static inline bool skip_ac(reader *r, const component *c) {
  const skip *entries = c->skips->entries;
  reader local = *r; /* stays in registers */
  int position = 1;
  while (position < block_size) {
    refill(&local);
    for (int i = 0; i < 56 / skip_bits && position < block_size; i++) {
      skip s = entries[peek(&local, skip_bits)];
      if (position + s.before >= block_size) {
        if (!skip_symbol(&local, c->ac, &position)) return false;
        break;
      }
      drop(&local, s.bits);
      position += s.steps;
    }
  }
  *r = local;
  return true;
}

/* In the order of the file. Behind the last, for runs that go too far, as libjpeg has it. */
static const uint8_t natural_order[block_size + 16] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,
    6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31,
    39, 46, 53, 60, 61, 54, 47, 55, 62, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63};

/* A block's AC coefficients, multiplied out. */
static bool read_ac(reader *r, const component *c, int16_t *block) {
  memset(block, 0, block_size * sizeof *block);
  for (int position = 1; position < block_size; position++) {
    refill(r);
    int symbol = read_symbol(r, c->ac);
    if (symbol < 0) return false;
    int size = symbol & 15, run = symbol >> 4;
    if (size == 0) {
      if (run < 15) break;
      position += 15;
      continue;
    }
    position += run;
    int index = natural_order[position];
    block[index] = (int16_t)(read_number(r, size) * c->quantisation[index]);
  }
  return true;
}

/* ---- Samples ---- */

static inline uint8_t clamp(int value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

/* A sample from what the inverse transform gives, whose zero is at 128. What is far outside wraps, as in libjpeg. */
static inline uint8_t sample(int value) { return clamp(((value & 1023) ^ 512) - 512 + 128); }

/* What is too large for 32 bits, in damaged files alone, wraps. */
static inline int descale(uint32_t value, int bits) { return (int32_t)(value + (1u << (bits - 1))) >> bits; }

static inline int dequantised_dc(const component *c) {
  return (int16_t)c->predicted * (int)c->quantisation[0];
}

static inline uint8_t mean(const component *c) { return sample(descale(dequantised_dc(c), 3)); }

/* What the odd coefficients of a row or column add to its first half and take from its second. */
static inline uint32_t odd_part(uint32_t c1, uint32_t c3, uint32_t c5, uint32_t c7) {
  return 29692 * c1 - 10426 * c3 + 6967 * c5 - 5906 * c7;
}

/* The block's four quadrants: jpeg_idct_2x2 of libjpeg. */
static void quadrants(const int16_t *block, uint8_t *top, uint8_t *bottom) {
  enum { constant_bits = 13, pass_bits = 2 };
  static const uint8_t columns[] = {0, 1, 3, 5, 7};
  int upper[8], lower[8];
  for (size_t i = 0; i < sizeof columns; i++) {
    const int16_t *column = block + columns[i];
    uint32_t even = (uint32_t)column[0] << (constant_bits + 2);
    uint32_t odd = odd_part(column[8], column[24], column[40], column[56]);
    upper[columns[i]] = descale(even + odd, constant_bits - pass_bits + 2);
    lower[columns[i]] = descale(even - odd, constant_bits - pass_bits + 2);
  }
  const int *halves[] = {upper, lower};
  uint8_t *outputs[] = {top, bottom};
  for (int i = 0; i < 2; i++) {
    const int *half = halves[i];
    uint32_t even = (uint32_t)half[0] << (constant_bits + 2);
    uint32_t odd = odd_part(half[1], half[3], half[5], half[7]);
    outputs[i][0] = sample(descale(even + odd, constant_bits + pass_bits + 3 + 2));
    outputs[i][1] = sample(descale(even - odd, constant_bits + pass_bits + 3 + 2));
  }
}

/* ---- Rows ---- */

/* YCbCr to RGB, in libjpeg's fixed-point numbers: 1.402, 1.772, 0.71414 and 0.34414 by 65,536. */
static void write_row(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint32_t width, uint8_t *rgb) {
  for (uint32_t x = 0; x < width; x++) {
    int blue = cb[x] - 128, red = cr[x] - 128;
    rgb[3 * x] = clamp(y[x] + descale(91881 * red, 16));
    rgb[3 * x + 1] = clamp(y[x] + descale(-22554 * blue - 46802 * red, 16));
    rgb[3 * x + 2] = clamp(y[x] + descale(116130 * blue, 16));
  }
}

static void write_grey_row(const uint8_t *y, uint32_t width, uint8_t *rgb) {
  for (uint32_t x = 0; x < width; x++) rgb[3 * x] = rgb[3 * x + 1] = rgb[3 * x + 2] = y[x];
}

/* An image that is being decoded: `units` across, each with blocks of all components. */
typedef struct {
  reader reader;
  component components[3];
  int count;         /* of components */
  int columns, rows; /* pixels of a unit, and its blocks of luminance; of chrominance there is one */
  uint32_t units;
  /* The pixels that are wanted. */
  cjpeg_region region;
} scan;

/* One unit. Its samples go to column `x` of the rows, if they are wanted. */
static inline bool read_unit(scan *s, uint8_t (*rows)[2][maximum_columns], uint32_t x, bool is_wanted) {
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
      block[0] = (int16_t)dequantised_dc(c);
      quadrants(block, top, bottom);
    } else {
      if (!skip_ac(r, c)) return false;
      top[0] = top[s->columns - 1] = bottom[0] = bottom[s->columns - 1] = mean(c);
    }
  }
  return !is_overdrawn(r);
}

/* Goes over the restart marker of this number, 0 to 7. */
static bool restart(scan *s, uint32_t number) {
  reader *r = &s->reader;
  bool is_expected = r->count - r->padding < 8 && r->end - r->next >= 2 && r->next[0] == 0xFF &&
                     r->next[1] == JPEG_RST0 + number;
  if (!is_expected) return false;
  *r = (reader){.next = r->next + 2, .end = r->end};
  for (int i = 0; i < s->count; i++) s->components[i].predicted = 0;
  return true;
}

bool eighth_can(const struct jpeg_decompress_struct *info) {
  if (info->progressive_mode || info->arith_code || info->data_precision != 8 || info->out_color_space != JCS_RGB ||
      info->min_DCT_scaled_size != 1 || info->comps_in_scan != info->num_components)
    return false;
  for (int i = 0; i < info->num_components; i++) {
    const jpeg_component_info *c = &info->comp_info[i];
    if (c->quant_table == NULL || info->cur_comp_info[i] != c) return false;
    /* Those of 16 bits are rare, and libjpeg's arithmetic with them is its own. */
    for (int k = 0; k < block_size; k++) {
      if (c->quant_table->quantval[k] > 255) return false;
    }
    if (i > 0 && (c->h_samp_factor != 1 || c->v_samp_factor != 1)) return false;
  }
  if (info->num_components == 1) return info->jpeg_color_space == JCS_GRAYSCALE;
  return info->num_components == 3 && info->jpeg_color_space == JCS_YCbCr && info->max_h_samp_factor <= 2 &&
         info->max_v_samp_factor <= 2;
}

static void prepare(eighth_decoder *decoder, scan *s, const struct jpeg_decompress_struct *info) {
  bool is_grey = info->num_components == 1;
  s->count = info->num_components;
  s->columns = is_grey ? 1 : info->max_h_samp_factor;
  s->rows = is_grey ? 1 : info->max_v_samp_factor;
  uint32_t unit_width = 8 * (uint32_t)s->columns;
  s->units = (info->image_width + unit_width - 1) / unit_width;
  for (int i = 0; i < s->count; i++) {
    const jpeg_component_info *c = &info->comp_info[i];
    int dc = c->dc_tbl_no, ac = c->ac_tbl_no;
    s->components[i] = (component){
        .skips = make_skips(&decoder->skips[ac], &decoder->codes[1][ac], info->ac_huff_tbl_ptrs[ac]),
        .dc = make_code(&decoder->codes[0][dc], info->dc_huff_tbl_ptrs[dc]),
        .ac = &decoder->codes[1][ac],
        .quantisation = c->quant_table->quantval};
  }
}

static void write_rows(const eighth_decoder *decoder, const scan *s, uint32_t y, uint8_t *pixels, size_t row_bytes) {
  uint32_t x = s->region.x, width = s->region.width;
  for (uint32_t row = 0; row < (uint32_t)s->rows; row++) {
    if (y + row < s->region.y || y + row >= s->region.y + s->region.height) continue;
    uint8_t *output = pixels + (y + row - s->region.y) * row_bytes;
    if (s->count == 1) {
      write_grey_row(decoder->rows[0][row] + x, width, output);
    } else {
      write_row(decoder->rows[0][row] + x, decoder->rows[1][row] + x, decoder->rows[2][row] + x, width, output);
    }
  }
}

const uint8_t *eighth_read(eighth_decoder *decoder, const struct jpeg_decompress_struct *info, const uint8_t *bytes,
                           size_t length, cjpeg_region region, uint8_t *pixels, size_t row_bytes) {
  scan s = {.reader = {.next = bytes, .end = bytes + length}, .region = region};
  prepare(decoder, &s, info);
  uint32_t left = info->restart_interval, restarts = 0;
  for (uint32_t y = 0; y < region.y + region.height; y += (uint32_t)s.rows) {
    bool has_row = y + (uint32_t)s.rows > region.y;
    for (uint32_t unit = 0; unit < s.units; unit++) {
      if (info->restart_interval > 0 && left-- == 0) {
        if (!restart(&s, restarts++ & 7)) return NULL;
        left = info->restart_interval - 1;
      }
      uint32_t x = unit * (uint32_t)s.columns;
      bool is_wanted = has_row && x + (uint32_t)s.columns > region.x && x < region.x + region.width;
      if (!read_unit(&s, decoder->rows, x, is_wanted)) return NULL;
    }
    if (has_row) write_rows(decoder, &s, y, pixels, row_bytes);
  }
  return s.reader.next;
}
