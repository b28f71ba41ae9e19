#include "samples.h"

#include <string.h>

/* ---- Blocks ---- */

/* The fractional bits of factors, and of the first dimension's results. */
enum { constant_bits = 13, pass_bits = 2 };

/* The odd coefficients' part, added to the first half of a row or column and subtracted from the second. */
static inline uint32_t odd_part(uint32_t c1, uint32_t c3, uint32_t c5, uint32_t c7) {
  return 29692 * c1 - 10426 * c3 + 6967 * c5 - 5906 * c7;
}

/* jpeg_idct_2x2, as in libjpeg-turbo's vector code: values far outside don't wrap. */
void quarter_block(const int16_t block[64], const uint16_t factors[64], uint8_t *samples, size_t stride) {
  static const uint8_t columns[] = {0, 1, 3, 5, 7};
  int halves[2][8];
  for (size_t i = 0; i < sizeof columns; i++) {
    uint32_t column[8];
    for (size_t row = 0; row < 8; row++) {
      size_t index = 8 * row + columns[i];
      column[row] = (uint32_t)(int16_t)(block[index] * factors[index]);
    }
    uint32_t even = column[0] << (constant_bits + 2);
    uint32_t odd = odd_part(column[1], column[3], column[5], column[7]);
    for (int half = 0; half < 2; half++) {
      int value = descale(half == 0 ? even + odd : even - odd, constant_bits - pass_bits + 2);
      halves[half][columns[i]] = i == 0 ? value : value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value;
    }
  }
  for (int i = 0; i < 2; i++, samples += stride) {
    const int *half = halves[i];
    uint32_t even = (uint32_t)half[0] << (constant_bits + 2);
    uint32_t odd = odd_part((uint32_t)half[1], (uint32_t)half[3], (uint32_t)half[5], (uint32_t)half[7]);
    samples[0] = clamp(descale(even + odd, constant_bits + pass_bits + 3 + 2) + 128);
    samples[1] = clamp(descale(even - odd, constant_bits + pass_bits + 3 + 2) + 128);
  }
}

/* ---- Rows ---- */

/* libjpeg's fixed-point factors: 1.402, 1.772, 0.71414 and 0.34414 by 65,536. */
static void write_singly(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, size_t width, uint8_t *rgb) {
  for (size_t x = 0; x < width; x++) {
    int blue = cb[x] - 128, red = cr[x] - 128;
    rgb[3 * x] = clamp(y[x] + descale((uint32_t)(91881 * red), 16));
    rgb[3 * x + 1] = clamp(y[x] + descale((uint32_t)(-22554 * blue - 46802 * red), 16));
    rgb[3 * x + 2] = clamp(y[x] + descale((uint32_t)(116130 * blue), 16));
  }
}

void write_grey(const uint8_t *y, size_t width, uint8_t *rgb) {
  for (size_t x = 0; x < width; x++) rgb[3 * x] = rgb[3 * x + 1] = rgb[3 * x + 2] = y[x];
}

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

bool has_vectors(void) { return __builtin_cpu_supports("avx2"); }

/* ---- Blocks ---- */

/* With constant_bits fractional bits. */
enum {
  f_0_211 = 1730, f_0_299 = 2446, f_0_390 = 3196, f_0_510 = 4176, f_0_541 = 4433, f_0_601 = 4926, f_0_765 = 6270,
  f_0_900 = 7373, f_1_062 = 8697, f_1_176 = 9633, f_1_452 = 11893, f_1_501 = 12299, f_1_848 = 15137, f_1_962 = 16069,
  f_2_053 = 16819, f_2_173 = 17799, f_2_563 = 20995, f_3_073 = 25172
};

/* Interleaves eight values of two rows: the first four in the lower half, the others in the upper. */
AVX2 static inline __m256i pair(__m128i a, __m128i b) {
  return _mm256_set_m128i(_mm_unpackhi_epi16(a, b), _mm_unpacklo_epi16(a, b));
}

/* a · x + b · y of a pair. */
AVX2 static inline __m256i weigh(__m256i pair, int a, int b) {
  return _mm256_madd_epi16(pair, _mm256_set1_epi32((int)((uint32_t)(uint16_t)a | (uint32_t)b << 16)));
}

AVX2 static inline __m256i rounded(__m256i value, int bits) {
  return _mm256_srai_epi32(_mm256_add_epi32(value, _mm256_set1_epi32(1 << (bits - 1))), bits);
}

/* Interleaves two pairs of rows, with their first four values in the lower half. */
AVX2 static inline __m256i turns(__m256i a, __m256i b) {
  const __m256i order = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));
  return _mm256_shuffle_epi8(_mm256_packs_epi32(a, b), order);
}

/* One dimension of jpeg_idct_islow (Loeffler, Ligtenberg and Moschytz, ICASSP 1989), for eight columns at
 * once; then rows become columns. 16-bit sums wrap, and results saturate, as in libjpeg-turbo. */
AVX2 static inline void transform_columns(__m128i rows[8], int bits) {
  __m256i pair26 = pair(rows[2], rows[6]);
  __m256i even2 = weigh(pair26, f_0_541, f_0_541 - f_1_848);
  __m256i even3 = weigh(pair26, f_0_541 + f_0_765, f_0_541);
  __m256i even0 = _mm256_slli_epi32(_mm256_cvtepi16_epi32(_mm_add_epi16(rows[0], rows[4])), 13);
  __m256i even1 = _mm256_slli_epi32(_mm256_cvtepi16_epi32(_mm_sub_epi16(rows[0], rows[4])), 13);
  __m256i evens[4] = {_mm256_add_epi32(even0, even3), _mm256_add_epi32(even1, even2),
                      _mm256_sub_epi32(even1, even2), _mm256_sub_epi32(even0, even3)};

  __m256i sums = pair(_mm_add_epi16(rows[3], rows[7]), _mm_add_epi16(rows[1], rows[5]));
  __m256i z3 = weigh(sums, f_1_176 - f_1_962, f_1_176);
  __m256i z4 = weigh(sums, f_1_176, f_1_176 - f_0_390);
  __m256i pair71 = pair(rows[7], rows[1]), pair53 = pair(rows[5], rows[3]);
  __m256i odds[4] = {_mm256_add_epi32(weigh(pair71, -f_0_900, f_1_501 - f_0_900), z4),
                     _mm256_add_epi32(weigh(pair53, -f_2_563, f_3_073 - f_2_563), z3),
                     _mm256_add_epi32(weigh(pair53, f_2_053 - f_2_563, -f_2_563), z4),
                     _mm256_add_epi32(weigh(pair71, f_0_299 - f_0_900, -f_0_900), z3)};

  __m256i values[8];
  for (int i = 0; i < 4; i++) {
    values[i] = rounded(_mm256_add_epi32(evens[i], odds[i]), bits);
    values[7 - i] = rounded(_mm256_sub_epi32(evens[i], odds[i]), bits);
  }
  __m256i twos[4];
  for (int i = 0; i < 4; i++) twos[i] = turns(values[2 * i], values[2 * i + 1]);
  for (int half = 0; half < 2; half++) { /* columns 0, 1, 4, 5; then 2, 3, 6, 7 */
    __m256i upper = half == 0 ? _mm256_unpacklo_epi32(twos[0], twos[1]) : _mm256_unpackhi_epi32(twos[0], twos[1]);
    __m256i lower = half == 0 ? _mm256_unpacklo_epi32(twos[2], twos[3]) : _mm256_unpackhi_epi32(twos[2], twos[3]);
    __m256i first = _mm256_unpacklo_epi64(upper, lower), second = _mm256_unpackhi_epi64(upper, lower);
    rows[2 * half] = _mm256_castsi256_si128(first);
    rows[2 * half + 1] = _mm256_castsi256_si128(second);
    rows[2 * half + 4] = _mm256_extracti128_si256(first, 1);
    rows[2 * half + 5] = _mm256_extracti128_si256(second, 1);
  }
}

AVX2 static inline void transpose(__m128i rows[8]) {
  __m128i a[8], b[8];
  for (int i = 0; i < 4; i++) {
    a[2 * i] = _mm_unpacklo_epi16(rows[i], rows[i + 4]);
    a[2 * i + 1] = _mm_unpackhi_epi16(rows[i], rows[i + 4]);
  }
  for (int i = 0; i < 4; i++) {
    b[2 * i] = _mm_unpacklo_epi16(a[i], a[i + 4]);
    b[2 * i + 1] = _mm_unpackhi_epi16(a[i], a[i + 4]);
  }
  for (int i = 0; i < 4; i++) {
    rows[2 * i] = _mm_unpacklo_epi16(b[i], b[i + 4]);
    rows[2 * i + 1] = _mm_unpackhi_epi16(b[i], b[i + 4]);
  }
}

AVX2 static inline __m128i load(const void *values) { return _mm_loadu_si128(values); }

/* Multiplies the block's rows by their factors. Returns whether all but the first and the fifth are zero. */
AVX2 static inline bool read_rows(const int16_t block[64], const uint16_t factors[64], __m128i rows[8]) {
  __m128i others = _mm_setzero_si128();
  for (int i = 0; i < 8; i++) {
    __m128i row = load(block + 8 * i);
    if (i % 4 != 0) others = _mm_or_si128(others, row);
    rows[i] = _mm_mullo_epi16(row, load(factors + 8 * i));
  }
  return _mm_testz_si128(others, others);
}

/* The result of the columns if each has only its first value. */
AVX2 static inline void spread_row(__m128i rows[8]) {
  __m128i row = _mm_slli_epi16(rows[0], pass_bits);
  for (int i = 0; i < 8; i++) rows[i] = row;
  transpose(rows);
}

/* Writes a block at full size. */
AVX2 static void keep_block(const int16_t block[64], const uint16_t factors[64], uint8_t *samples, size_t stride) {
  __m128i rows[8], fifth = load(block + 32);
  if (read_rows(block, factors, rows) && _mm_testz_si128(fifth, fifth)) {
    spread_row(rows);
  } else {
    transform_columns(rows, constant_bits - pass_bits);
  }
  transform_columns(rows, constant_bits + pass_bits + 3);
  const __m128i middle = _mm_set1_epi8((char)128);
  for (int i = 0; i < 8; i += 2) {
    __m128i two = _mm_add_epi8(_mm_packs_epi16(rows[i], rows[i + 1]), middle);
    _mm_storel_epi64((__m128i *)(samples + (size_t)i * stride), two);
    _mm_storel_epi64((__m128i *)(samples + (size_t)(i + 1) * stride), _mm_unpackhi_epi64(two, two));
  }
}

/* One dimension of jpeg_idct_4x4, for eight columns at once. Four rows become columns: each vector has two,
 * the first four columns in the lower halves. The fifth row has no effect. */
AVX2 static inline void halve_columns(const __m128i rows[8], int bits, __m256i columns[2]) {
  __m256i even = _mm256_slli_epi32(_mm256_cvtepi16_epi32(rows[0]), 14);
  __m256i part26 = weigh(pair(rows[2], rows[6]), f_1_848, -f_0_765);
  __m256i evens[2] = {_mm256_add_epi32(even, part26), _mm256_sub_epi32(even, part26)};
  __m256i pair75 = pair(rows[7], rows[5]), pair31 = pair(rows[3], rows[1]);
  __m256i odds[2] = {_mm256_add_epi32(weigh(pair75, -f_0_510, -f_0_601), weigh(pair31, f_0_900, f_2_563)),
                     _mm256_add_epi32(weigh(pair75, -f_0_211, f_1_452), weigh(pair31, -f_2_173, f_1_062))};
  __m256i values[4];
  for (int i = 0; i < 2; i++) {
    values[i] = rounded(_mm256_add_epi32(evens[i], odds[i]), bits);
    values[3 - i] = rounded(_mm256_sub_epi32(evens[i], odds[i]), bits);
  }
  __m256i upper = turns(values[0], values[1]), lower = turns(values[2], values[3]);
  columns[0] = _mm256_unpacklo_epi32(upper, lower);
  columns[1] = _mm256_unpackhi_epi32(upper, lower);
}

/* Writes a block at half the size. */
AVX2 static void halve_block(const int16_t block[64], const uint16_t factors[64], uint8_t *samples, size_t stride) {
  __m128i rows[8];
  __m256i columns[2];
  if (read_rows(block, factors, rows)) {
    spread_row(rows);
  } else {
    halve_columns(rows, constant_bits - pass_bits + 1, columns);
    for (int i = 0; i < 2; i++) {
      __m128i halves[] = {_mm256_castsi256_si128(columns[i]), _mm256_extracti128_si256(columns[i], 1)};
      for (int half = 0; half < 2; half++) {
        rows[4 * half + 2 * i] = halves[half];
        rows[4 * half + 2 * i + 1] = _mm_unpackhi_epi64(halves[half], halves[half]);
      }
    }
  }
  halve_columns(rows, constant_bits + pass_bits + 3 + 1, columns);
  __m128i all = _mm_packs_epi16(_mm256_castsi256_si128(columns[0]), _mm256_castsi256_si128(columns[1]));
  uint8_t bytes[16];
  _mm_storeu_si128((__m128i *)bytes, _mm_add_epi8(all, _mm_set1_epi8((char)128)));
  for (size_t i = 0; i < 4; i++) memcpy(samples + i * stride, bytes + 4 * i, 4);
}

void transform_block(const int16_t block[64], const uint16_t factors[64], uint32_t side, uint8_t *samples, size_t stride) {
  switch (side) {
    case 8: keep_block(block, factors, samples, stride); break;
    case 4: halve_block(block, factors, samples, stride); break;
    default: quarter_block(block, factors, samples, stride);
  }
}

/* ---- Rows ---- */

AVX2 void widen_row(const uint8_t *near, const uint8_t *far, size_t width, size_t begin, size_t end, int16_t *sums, uint8_t *output) {
  /* The weight of a near sample, and the rounding terms of even and odd ones. */
  int even_bias = far == NULL ? 1 : 8, odd_bias = far == NULL ? 2 : 7, bits = far == NULL ? 2 : 4;
  size_t count = end - begin;
  for (size_t x = 0; x < count; x += 16) {
    __m256i sum = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(near + begin + x)));
    if (far != NULL) {
      __m256i other = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(far + begin + x)));
      sum = _mm256_add_epi16(_mm256_add_epi16(sum, _mm256_slli_epi16(sum, 1)), other);
    }
    _mm256_storeu_si256((__m256i *)(sums + 1 + x), sum);
  }
  sums[0] = begin == 0 ? sums[1] : (int16_t)(far == NULL ? near[begin - 1] : 3 * near[begin - 1] + far[begin - 1]);
  sums[count + 1] = end == width ? sums[count] : (int16_t)(far == NULL ? near[end] : 3 * near[end] + far[end]);
  const __m256i even = _mm256_set1_epi16((short)even_bias), odd = _mm256_set1_epi16((short)odd_bias);
  for (size_t x = 0; x < count; x += 16) {
    __m256i before = _mm256_loadu_si256((const __m256i *)(sums + x));
    __m256i here = _mm256_loadu_si256((const __m256i *)(sums + x + 1));
    __m256i after = _mm256_loadu_si256((const __m256i *)(sums + x + 2));
    here = _mm256_add_epi16(here, _mm256_slli_epi16(here, 1));
    before = _mm256_srli_epi16(_mm256_add_epi16(_mm256_add_epi16(here, before), even), bits);
    after = _mm256_srli_epi16(_mm256_add_epi16(_mm256_add_epi16(here, after), odd), bits);
    _mm256_storeu_si256((__m256i *)(output + 2 * x), _mm256_or_si256(before, _mm256_slli_epi16(after, 8)));
  }
}

/* a · x + b of chrominance, in 65,536ths, rounded; or of both chrominances. */
AVX2 static inline __m256i part(__m256i x, __m256i y, int a, int b) {
  __m256i low = rounded(weigh(_mm256_unpacklo_epi16(x, y), a, b), 16);
  __m256i high = rounded(weigh(_mm256_unpackhi_epi16(x, y), a, b), 16);
  return _mm256_packs_epi32(low, high);
}

AVX2 static inline __m128i bytes(__m256i values) {
  return _mm_packus_epi16(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1));
}

/* Writes 16 pixels. */
AVX2 static inline void write_vector(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t *rgb) {
  const __m256i middle = _mm256_set1_epi16(128), zero = _mm256_setzero_si256();
  __m256i luminance = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)y));
  __m256i blue = _mm256_sub_epi16(_mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)cb)), middle);
  __m256i red = _mm256_sub_epi16(_mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)cr)), middle);
  /* The part of a factor beyond 16 bits is an integer: 91,881 is 65,536 + 26,345. */
  __m256i r = _mm256_add_epi16(red, part(red, zero, 26345, 0));
  __m256i g = _mm256_sub_epi16(part(blue, red, -22554, 18734), red);
  __m256i b = _mm256_add_epi16(_mm256_slli_epi16(blue, 1), part(blue, zero, -14942, 0));
  __m128i channels[3] = {bytes(_mm256_add_epi16(luminance, r)), bytes(_mm256_add_epi16(luminance, g)),
                         bytes(_mm256_add_epi16(luminance, b))};
  /* The source of each byte of the three vectors, by channel; -1 if from another one. */
  static const int8_t order[3][3][16] = {
      {{0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1, 5},
       {-1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1},
       {-1, -1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1}},
      {{-1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10, -1},
       {5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10},
       {-1, 5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1}},
      {{-1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1, -1},
       {-1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1},
       {10, -1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15}}};
  for (int i = 0; i < 3; i++) {
    __m128i vector = _mm_setzero_si128();
    for (int c = 0; c < 3; c++)
      vector = _mm_or_si128(vector, _mm_shuffle_epi8(channels[c], _mm_loadu_si128((const __m128i *)order[i][c])));
    _mm_storeu_si128((__m128i *)(rgb + 16 * i), vector);
  }
}

AVX2 static void write_vectors(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, size_t width, uint8_t *rgb) {
  size_t x = 0;
  for (; x + 16 <= width; x += 16) write_vector(y + x, cb + x, cr + x, rgb + 3 * x);
  if (x == width) return;
  uint8_t rest[48];
  write_vector(y + x, cb + x, cr + x, rest);
  memcpy(rgb + 3 * x, rest, 3 * (width - x));
}

void write_colours(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, size_t width, uint8_t *rgb) {
  if (has_vectors()) {
    write_vectors(y, cb, cr, width, rgb);
  } else {
    write_singly(y, cb, cr, width, rgb);
  }
}

#else

bool has_vectors(void) { return false; }

void transform_block(const int16_t block[64], const uint16_t factors[64], uint32_t side, uint8_t *samples, size_t stride) {
  (void)block, (void)factors, (void)side, (void)samples, (void)stride;
}

void widen_row(const uint8_t *near, const uint8_t *far, size_t width, size_t begin, size_t end, int16_t *sums, uint8_t *output) {
  (void)near, (void)far, (void)width, (void)begin, (void)end, (void)sums, (void)output;
}

void write_colours(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, size_t width, uint8_t *rgb) {
  write_singly(y, cb, cr, width, rgb);
}

#endif
