/* From coefficients to samples, and from samples to pixels. All of it gives what libjpeg-turbo gives, bit by bit. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint8_t clamp(int value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

/* Rounded. What is too large for 32 bits, in damaged files alone, wraps. */
static inline int descale(uint32_t value, int bits) { return (int32_t)(value + (1u << (bits - 1))) >> bits; }

/* Samples behind the last one that the functions below may read, and write. */
enum { samples_beyond = 32 };

/* A block's four quadrants, in rows `stride` apart. Coefficients and their factors are in rows of eight. */
void quarter_block(const int16_t block[64], const uint16_t factors[64], uint8_t *samples, size_t stride);

/* A row of pixels, of which nothing beyond is written. */
void write_grey(const uint8_t *y, size_t width, uint8_t *rgb);
void write_colours(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, size_t width, uint8_t *rgb);

/* ---- With vectors ---- */

/* Whether the processor has those that the functions below need. */
bool has_vectors(void);

/* The samples of a block, reduced to 2, 4 or 8 in either direction, in rows `stride` apart. Coefficients and their factors are in
 * rows, too. */
void transform_block(const int16_t block[64], const uint16_t factors[64], uint32_t side, uint8_t *samples, size_t stride);

/* Twice as many samples in a row, each nearer to the one it comes from: of `near`, or of three parts of `near` and one of
 * `far`, the row next to it. Outside of `width` samples the border's are repeated. The columns from `begin` to before `end` of
 * them come to `output`; `sums` is room for end - begin + 2 + samples_beyond. */
void widen_row(const uint8_t *near, const uint8_t *far, size_t width, size_t begin, size_t end, int16_t *sums, uint8_t *output);

#endif
