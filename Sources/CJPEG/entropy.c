#include "entropy.h"

const uint8_t natural_order[2 * block_size] = {
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
    53, 60, 61, 54, 47, 55, 62, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
    63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
    63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63};

void refill_bytewise(reader *r) {
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

/* ---- Codes ---- */

uint32_t find_symbol(const code *c, uint32_t bits) {
  for (int length = 1; length <= longest_code; length++) {
    if (bits >= c->ends[length]) continue;
    int index = (int)(bits >> (longest_code - length)) + c->offsets[length];
    return (uint32_t)length << 8 | c->values[index & 255];
  }
  return 0;
}

/* Returns whether the code had to be made anew. */
static bool make_code(code *c, const JHUFF_TBL *table) {
  if (c->is_made && memcmp(c->counts, table->bits, sizeof c->counts) == 0 &&
      memcmp(c->values, table->huffval, sizeof c->values) == 0)
    return false;
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
  return true;
}

/* As find_symbol, mostly by one lookup. */
static inline uint32_t look_up(const code *c, uint32_t bits) {
  uint32_t symbol = c->symbols[bits >> (longest_code - symbol_bits)];
  return symbol == 0 ? find_symbol(c, bits) : symbol;
}

static skip find_skip(const code *c, uint32_t bits) {
  skip found = {.before = block_size};
  int steps = 0, used = 0;
  while (steps < block_size) {
    uint32_t symbol = look_up(c, bits << used << (longest_code - skip_bits) & 0xFFFF);
    used += (int)(symbol >> 8) + (int)(symbol & 15);
    if (symbol == 0 || used > skip_bits) break;
    found.before = (uint8_t)steps;
    steps += steps_of(symbol & 255);
    found.bits = (uint8_t)used;
    found.steps = (uint8_t)steps;
  }
  return found;
}

static number find_number(const code *c, uint32_t bits) {
  number found = {0};
  int used = 0;
  for (int i = 0; i < 2 && found.steps < block_size; i++) {
    uint32_t symbol = look_up(c, bits << used << (longest_code - number_bits) & 0xFFFF);
    int size = symbol & 15;
    used += (int)(symbol >> 8) + size;
    if (symbol == 0 || used > number_bits) break;
    uint32_t rest = bits >> (number_bits - used) & ((1u << size) - 1);
    found.last = (int16_t)(size == 0 ? 0 : number_of(rest, size));
    found.before = found.steps;
    found.steps = (uint8_t)(found.steps + steps_of(symbol & 255));
    found.bits = (uint8_t)used;
    if (i > 0) continue;
    found.first = found.last;
    found.first_steps = found.steps;
  }
  return found;
}

static void make_ac(entropy_tables *tables, int index, const JHUFF_TBL *source, bool has_skips) {
  code *c = &tables->codes[1][index];
  if (make_code(c, source)) tables->has_skips[index] = tables->has_numbers[index] = false;
  if (!tables->has_numbers[index]) {
    for (uint32_t bits = 0; bits < 1u << number_bits; bits++) tables->numbers[index][bits] = find_number(c, bits);
    tables->has_numbers[index] = true;
  }
  if (has_skips && !tables->has_skips[index]) {
    for (uint32_t bits = 0; bits < 1u << skip_bits; bits++) tables->skips[index][bits] = find_skip(c, bits);
    tables->has_skips[index] = true;
  }
}

/* ---- Components ---- */

/* Reads a coefficient with a long code or a large number. */
static inline bool read_coefficient(reader *r, const code *ac, int *position, int16_t *block) {
  refill(r);
  int symbol = read_symbol(r, ac);
  if (symbol < 0) return false;
  *position += steps_of(symbol);
  block[natural_order[*position - 1]] = (int16_t)read_number(r, symbol & 15);
  return true;
}

bool read_ac(reader *r, const component *c, int16_t block[block_size]) {
  memset(block, 0, block_size * sizeof *block);
  block[0] = (int16_t)c->predicted;
  const number *entries = c->numbers;
  reader local = *r; /* stays in registers */
  int position = 1;
  while (position < block_size) {
    refill(&local);
    for (int i = 0; i < 56 / number_bits && position < block_size; i++) {
      number n = entries[peek(&local, number_bits)];
      if (n.bits == 0 || position + n.before >= block_size) {
        if (!read_coefficient(&local, c->ac, &position, block)) return false;
        break;
      }
      drop(&local, n.bits);
      /* An end of the block is a zero behind the coefficients. */
      block[natural_order[position + n.first_steps - 1]] = n.first;
      position += n.steps;
      block[natural_order[position - 1]] = n.last;
    }
  }
  *r = local;
  return true;
}

/* A symbol outside the skip table. */
static inline bool skip_symbol(reader *r, const code *ac, int *position) {
  refill(r);
  int symbol = read_symbol(r, ac);
  if (symbol < 0) return false;
  drop(r, symbol & 15);
  *position += steps_of(symbol);
  return true;
}

bool skip_ac(reader *r, const component *c) {
  const skip *entries = c->skips;
  int16_t block[block_size];
  if (entries == NULL) return read_ac(r, c, block);
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

/* ---- Scans ---- */

bool scan_can(const struct jpeg_decompress_struct *info) {
  if (info->progressive_mode || info->arith_code || info->data_precision != 8 || info->out_color_space != JCS_RGB ||
      info->comps_in_scan != info->num_components)
    return false;
  for (int i = 0; i < info->num_components; i++) {
    const jpeg_component_info *c = &info->comp_info[i];
    if (c->quant_table == NULL || info->cur_comp_info[i] != c) return false;
    /* 16-bit tables are rare, and libjpeg has special arithmetic for them. */
    for (int k = 0; k < block_size; k++) {
      if (c->quant_table->quantval[k] > 255) return false;
    }
    if (i > 0 && (c->h_samp_factor != 1 || c->v_samp_factor != 1)) return false;
  }
  if (info->num_components == 1) return info->jpeg_color_space == JCS_GRAYSCALE;
  return info->num_components == 3 && info->jpeg_color_space == JCS_YCbCr && info->max_h_samp_factor <= 2 &&
         info->max_v_samp_factor <= 2;
}

scan scan_begin(entropy_tables *tables, const struct jpeg_decompress_struct *info, const uint8_t *bytes,
                size_t length, bool has_skips) {
  bool is_grey = info->num_components == 1;
  scan s = {.reader = {.next = bytes, .end = bytes + length},
            .count = info->num_components,
            .columns = is_grey ? 1 : info->max_h_samp_factor,
            .rows = is_grey ? 1 : info->max_v_samp_factor,
            .interval = info->restart_interval,
            .left = info->restart_interval};
  uint32_t width = 8 * (uint32_t)s.columns;
  s.units = (info->image_width + width - 1) / width;
  for (int i = 0; i < s.count; i++) {
    const jpeg_component_info *c = &info->comp_info[i];
    int dc = c->dc_tbl_no, ac = c->ac_tbl_no;
    make_code(&tables->codes[0][dc], info->dc_huff_tbl_ptrs[dc]);
    make_ac(tables, ac, info->ac_huff_tbl_ptrs[ac], has_skips);
    s.components[i] = (component){.dc = &tables->codes[0][dc],
                                  .ac = &tables->codes[1][ac],
                                  .skips = tables->has_skips[ac] ? tables->skips[ac] : NULL,
                                  .numbers = tables->numbers[ac],
                                  .quantisation = c->quant_table->quantval};
  }
  return s;
}

bool scan_step(scan *s) {
  if (s->interval == 0) return true;
  if (s->left > 0) {
    s->left--;
    return true;
  }
  reader *r = &s->reader;
  bool is_expected = r->count - r->padding < 8 && r->end - r->next >= 2 && r->next[0] == 0xFF &&
                     r->next[1] == JPEG_RST0 + (s->restarts++ & 7);
  if (!is_expected) return false;
  *r = (reader){.next = r->next + 2, .end = r->end};
  for (int i = 0; i < s->count; i++) s->components[i].predicted = 0;
  s->left = s->interval - 1;
  return true;
}
