/* The entropy-coded data of a baseline JPEG: its bits, its Huffman codes, and the order of its blocks.
 *
 * Only usual data is read. On anything else decoding stops, and libjpeg starts over and reports any error. */
#ifndef ENTROPY_H
#define ENTROPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

/* The bits of a lookup: for one symbol, for two numbers, and for a skip. Most codes are shorter. */
enum { symbol_bits = 10, number_bits = 10, skip_bits = 13 };

enum { block_size = 64, longest_code = 16 };

/* ---- Bits ---- */

/* Entropy-coded data without its stuffing, with zeros behind its end. */
typedef struct {
  const uint8_t *next, *end;
  uint64_t buffer; /* the next bits, from the top */
  int count;       /* how many of them are valid */
  int padding;     /* how many of those are beyond the file */
} reader;

void refill_bytewise(reader *r);

/* Fills the buffer to 56 bits or more. */
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

/* One Huffman code. */
typedef struct {
  bool is_made;
  uint8_t counts[longest_code + 1], values[256]; /* as in the file */
  uint16_t symbols[1 << symbol_bits];            /* length << 8 | value; 0 where the code is longer */
  uint32_t ends[longest_code + 1];               /* one past the last code of a length, at 16 bits */
  int32_t offsets[longest_code + 1];             /* a code's value less the code */
} code;

/* Several symbols of a block's AC coefficients with their bits. */
typedef struct {
  uint8_t bits;   /* of all of them */
  uint8_t steps;  /* coefficients covered; block_size more at the block's end */
  uint8_t before; /* steps without the last symbol; block_size if none fits */
  uint8_t unused; /* pads to one load */
} skip;

/* One symbol or two, each with its number. */
typedef struct {
  int16_t first, last; /* numbers; equal if there is one */
  uint8_t bits;        /* of all of them; 0 if none fits */
  uint8_t first_steps; /* as above: the first number's coefficient is the last of them */
  uint8_t steps;       /* of both */
  uint8_t before;      /* steps without the last symbol */
} number;

/* The tables of an image's codes, kept for the next image. */
typedef struct {
  code codes[2][NUM_HUFF_TBLS]; /* of DC and AC coefficients */
  bool has_skips[NUM_HUFF_TBLS], has_numbers[NUM_HUFF_TBLS];
  skip skips[NUM_HUFF_TBLS][1 << skip_bits];
  number numbers[NUM_HUFF_TBLS][1 << number_bits];
} entropy_tables;

/* length << 8 | value of the code at the top of 16 bits; 0 for an invalid code. */
uint32_t find_symbol(const code *c, uint32_t bits);

/* The next symbol, or -1. There must be 16 bits. */
static inline int read_symbol(reader *r, const code *c) {
  uint32_t symbol = c->symbols[peek(r, symbol_bits)];
  if (symbol == 0) symbol = find_symbol(c, peek(r, longest_code));
  if (symbol == 0) return -1;
  drop(r, (int)(symbol >> 8));
  return symbol & 255;
}

/* The number encoded by so many bits; negative numbers are stored less 1. */
static inline int number_of(uint32_t bits, int count) {
  return (int)bits < 1 << (count - 1) ? (int)bits - (1 << count) + 1 : (int)bits;
}

/* The number of so many bits behind a symbol. */
static inline int read_number(reader *r, int bits) {
  if (bits == 0) return 0;
  int value = number_of(peek(r, bits), bits);
  drop(r, bits);
  return value;
}

/* The coefficients that an AC symbol covers. */
static inline int steps_of(int symbol) {
  return symbol % 16 == 0 && symbol / 16 < 15 ? block_size : symbol / 16 + 1;
}

/* In the file's order. The entries behind the last catch overlong runs, as in libjpeg, and ends of blocks. */
extern const uint8_t natural_order[2 * block_size];

/* ---- Components ---- */

/* A component's decoding tables. */
typedef struct {
  const code *dc, *ac;
  const skip *skips; /* NULL without skips */
  const number *numbers;
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

/* Reads a block's AC coefficients into rows of eight. */
bool read_ac(reader *r, const component *c, int16_t block[block_size]);

/* Skips a block's AC coefficients, by the skip table if there is one. */
bool skip_ac(reader *r, const component *c);

/* The samples of a block in either direction; in reduced images it may be below DCTSIZE. */
static inline uint32_t block_side(const jpeg_component_info *c) {
#if JPEG_LIB_VERSION >= 70 /* as Ubuntu's */
  return (uint32_t)c->DCT_h_scaled_size;
#else
  return (uint32_t)c->DCT_scaled_size;
#endif
}

/* ---- Scans ---- */

/* An image under decoding: `units` across, each with blocks of all components. */
typedef struct {
  reader reader;
  component components[3];
  int count;         /* of components */
  int columns, rows; /* a unit's blocks of luminance; of chrominance there is one */
  uint32_t units;
  uint32_t interval, left, restarts; /* units between restarts, 0 for none; until the next; count */
} scan;

/* Whether a started image is of the usual kind: one scan, Huffman codes, grey or YCbCr. */
bool scan_can(const struct jpeg_decompress_struct *info);

/* Begins at the `length` bytes of entropy-coded data at `bytes`. Skip tables take 0.04 ms for each new code,
 * so they pay if many blocks are skipped. */
scan scan_begin(entropy_tables *tables, const struct jpeg_decompress_struct *info, const uint8_t *bytes, size_t length,
                bool has_skips);

/* Called before each unit: skips a restart marker that is due. False if it is missing. */
bool scan_step(scan *s);

#endif
