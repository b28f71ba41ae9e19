/* Conversion of coefficients to samples, and of samples to pixels. All results are bit-identical to
 * libjpeg-turbo's. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint8_t clamp(int value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

/* Divides with rounding. Values beyond 32 bits, from damaged files alone, wrap. */
static inline int descale(uint32_t value, int bits) { return (int32_t)(value + (1u << (bits - 1))) >> bits; }

/* The samples behind the last one that the functions below may read or write. */
enum { samples_beyond = 32 };

/* Writes a block's four quadrants, in rows `stride` apart. Coefficients and factors are in rows of eight. */
void quarter_block(const int16_t block[64], const uint16_t factors[64], uint8_t *samples, size_t stride);

/* Writes a row of pixels, and nothing beyond it. */
void write_grey(const uint8_t *y, size_t width, uint8_t *rgb);
void write_colours(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, size_t width, uint8_t *rgb);

/* ---- With vectors ---- */

/* Whether the processor has the vectors for the functions below. */
bool has_vectors(void);

/* Writes the samples of a block, reduced to 2, 4 or 8 in either direction, in rows `stride` apart.
 * Coefficients and factors are in rows of eight. */
void transform_block(const int16_t block[64], const uint16_t factors[64], uint32_t side, uint8_t *samples, size_t stride);

/* Writes twice as many samples in a row, each weighted towards its nearest source: of `near`, or of three
 * parts `near` and one part `far`, the neighbouring row. The border is repeated outside `width`. `output`
 * receives columns `begin` to before `end`; `sums` needs room for end - begin + 2 + samples_beyond. */
void widen_row(const uint8_t *near, const uint8_t *far, size_t width, size_t begin, size_t end, int16_t *sums, uint8_t *output);

#endif
