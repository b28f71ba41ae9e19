/* The entropy-coded data of a baseline JPEG: its bits, its Huffman codes, and the order in which blocks come.
 *
 * Only what is usual is read. Whatever finds something else gives up, and libjpeg decodes from the beginning and says what
 * is wrong. */
#ifndef ENTROPY_H
#define ENTROPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

/* Bits that are looked at to read one symbol, two numbers, and to pass over several. Most codes are shorter. */
enum { symbol_bits = 10, number_bits = 10, skip_bits = 13 };

enum { block_size = 64, longest_code = 16 };

/* ---- Bits ---- */

/* Entropy-coded data without its stuffing. Where it ends zeros follow. */
typedef struct {
  const uint8_t *next, *end;
  uint64_t buffer; /* the next bits, from the top */
  int count;       /* how many of them are there */
  int padding;     /* how many of those are not the file's */
} reader;

void refill_bytewise(reader *r);

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

/* One symbol or two, each with the number that follows. */
typedef struct {
  int16_t first, last; /* numbers; the same if it is one */
  uint8_t bits;        /* of all of them; 0 if not even one fits */
  uint8_t first_steps; /* as above: the first number's coefficient is the last of them */
  uint8_t steps;       /* of both */
  uint8_t before;      /* steps without the last symbol */
} number;

/* What is made of an image's codes; of many images it is what was made of the one before. */
typedef struct {
  code codes[2][NUM_HUFF_TBLS]; /* of DC and AC coefficients */
  bool has_skips[NUM_HUFF_TBLS], has_numbers[NUM_HUFF_TBLS];
  skip skips[NUM_HUFF_TBLS][1 << skip_bits];
  number numbers[NUM_HUFF_TBLS][1 << number_bits];
} entropy_tables;

/* length << 8 | value of the code at the top of 16 bits; 0 if it is none. */
uint32_t find_symbol(const code *c, uint32_t bits);

/* The next symbol, or -1. There must be 16 bits. */
static inline int read_symbol(reader *r, const code *c) {
  uint32_t symbol = c->symbols[peek(r, symbol_bits)];
  if (symbol == 0) symbol = find_symbol(c, peek(r, longest_code));
  if (symbol == 0) return -1;
  drop(r, (int)(symbol >> 8));
  return symbol & 255;
}

/* What so many bits stand for; negative numbers are stored less 1. */
static inline int number_of(uint32_t bits, int count) {
  return (int)bits < 1 << (count - 1) ? (int)bits - (1 << count) + 1 : (int)bits;
}

/* The number of so many bits that follows a symbol. */
static inline int read_number(reader *r, int bits) {
  if (bits == 0) return 0;
  int value = number_of(peek(r, bits), bits);
  drop(r, bits);
  return value;
}

/* Coefficients that an AC symbol goes on. */
static inline int steps_of(int symbol) {
  return symbol % 16 == 0 && symbol / 16 < 15 ? block_size : symbol / 16 + 1;
}

/* In the order of the file. Behind the last, for runs that go too far, as libjpeg has it, and for ends of blocks. */
extern const uint8_t natural_order[2 * block_size];

/* ---- Components ---- */

/* What a component is decoded by. */
typedef struct {
  const code *dc, *ac;
  const skip *skips; /* NULL if it has none */
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

/* Reads a block's coefficients, the DC coefficient known already, into rows of eight. */
bool read_ac(reader *r, const component *c, int16_t block[block_size]);

/* Passes over a block's AC coefficients, by skips if there are some. */
bool skip_ac(reader *r, const component *c);

/* Samples of a block in either direction; of reduced images it may be fewer than DCTSIZE. */
static inline uint32_t block_side(const jpeg_component_info *c) {
#if JPEG_LIB_VERSION >= 70 /* as Ubuntu's */
  return (uint32_t)c->DCT_h_scaled_size;
#else
  return (uint32_t)c->DCT_scaled_size;
#endif
}

/* ---- Scans ---- */

/* An image that is being decoded: `units` across, each with blocks of all components. */
typedef struct {
  reader reader;
  component components[3];
  int count;         /* of components */
  int columns, rows; /* blocks of luminance in a unit; of chrominance there is one */
  uint32_t units;
  uint32_t interval, left, restarts; /* units between two restarts, 0 for none; until the next; how many there were */
} scan;

/* Whether an image, whose decompression was started, is of the usual kind: one scan, Huffman codes, grey or YCbCr. */
bool scan_can(const struct jpeg_decompress_struct *info);

/* Begins at the `length` bytes at `bytes`, where the entropy-coded data begins. Skips are worth making, which takes 0.04 ms for each
 * code that is new, if many blocks are passed over. */
scan scan_begin(entropy_tables *tables, const struct jpeg_decompress_struct *info, const uint8_t *bytes, size_t length,
                bool has_skips);

/* Before each unit: goes over a restart marker where one is due. False if it isn't there. */
bool scan_step(scan *s);

#endif
