/* Two rows at once, one in each 128-bit lane. A weight is high * 2^11 + low; both factors fit in 16
 * bits, so two multiply-adds of pairs give the exact 32-bit sum of the reference. */
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "../implementations.h"

#define AVX2 __attribute__((target("avx2")))

static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }

AVX2 static inline __m256i load_rows(const uint8_t *first, const uint8_t *second) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)first)),
                                 _mm_loadu_si128((const __m128i *)second), 1);
}

AVX2 static inline __m256i broadcast_pair(const int16_t *pair) {
  int32_t bits;
  memcpy(&bits, pair, sizeof bits);
  return _mm256_set1_epi32(bits);
}

/* The sums of one output pixel, four 32-bit lanes (red, green, blue, -) for each of two rows. */
AVX2 static inline __m256i pixel(const uint8_t *first, const uint8_t *second, const int16_t *split,
                                 int32_t taps) {
  /* Bytes of pixels 0 and 1 (2 and 3) widened to 16 bits: red red green green blue blue - -. */
  const __m256i pixels01 = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
  const __m256i pixels23 = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1));
  __m256i high = _mm256_setzero_si256();
  __m256i low = _mm256_set1_epi32(1 << (ck_resize_weight_bits - 1));
  for (int32_t t = 0; t < taps; t += 4) {
    __m256i bytes = load_rows(first + 3 * t, second + 3 * t);
    __m256i a = _mm256_shuffle_epi8(bytes, pixels01);
    high = _mm256_add_epi32(high, _mm256_madd_epi16(a, broadcast_pair(split + 2 * t)));
    low = _mm256_add_epi32(low, _mm256_madd_epi16(a, broadcast_pair(split + 2 * t + 2)));
    if (t + 2 == taps) break;
    __m256i b = _mm256_shuffle_epi8(bytes, pixels23);
    high = _mm256_add_epi32(high, _mm256_madd_epi16(b, broadcast_pair(split + 2 * t + 4)));
    low = _mm256_add_epi32(low, _mm256_madd_epi16(b, broadcast_pair(split + 2 * t + 6)));
  }
  __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(high, ck_resize_split_bits), low);
  return _mm256_srai_epi32(sum, ck_resize_weight_bits);
}

/* Two rows; `taps` is a constant at each call so that the short loops unroll. */
AVX2 static inline __attribute__((always_inline)) void two_rows(
    const ck_resize_axis *axis, int32_t taps, const uint8_t *first, const uint8_t *second,
    uint8_t *first_out, uint8_t *second_out) {
  const __m256i drop_fourth = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  for (int32_t x = 0; x + 4 <= axis->count; x += 4) {
    __m256i sums[4];
    for (int32_t i = 0; i < 4; i++) {
      ptrdiff_t start = 3 * (ptrdiff_t)axis->starts[x + i];
      sums[i] = pixel(first + start, second + start, axis->split + 2 * (ptrdiff_t)(x + i) * taps, taps);
    }
    __m256i bytes = _mm256_packus_epi16(_mm256_packs_epi32(sums[0], sums[1]),
                                        _mm256_packs_epi32(sums[2], sums[3]));
    bytes = _mm256_shuffle_epi8(bytes, drop_fourth);
    /* Four bytes too many; the next group overwrites them, or they are the row's slack. */
    _mm_storeu_si128((__m128i *)(first_out + 3 * x), _mm256_castsi256_si128(bytes));
    _mm_storeu_si128((__m128i *)(second_out + 3 * x), _mm256_extracti128_si256(bytes, 1));
  }
}

AVX2 static void horizontal(const ck_resize_axis *axis, const uint8_t *source,
                            ptrdiff_t source_row_bytes, int32_t rows, uint8_t *destination,
                            ptrdiff_t destination_row_bytes) {
  for (int32_t y = 0; y < rows; y += 2) {
    const uint8_t *first = source + y * source_row_bytes;
    uint8_t *first_out = destination + y * destination_row_bytes;
    /* An odd last row is done twice. */
    const uint8_t *second = y + 1 < rows ? first + source_row_bytes : first;
    uint8_t *second_out = y + 1 < rows ? first_out + destination_row_bytes : first_out;
    if (axis->taps == 2) {
      two_rows(axis, 2, first, second, first_out, second_out);
    } else if (axis->taps == 4) {
      two_rows(axis, 4, first, second, first_out, second_out);
    } else {
      two_rows(axis, axis->taps, first, second, first_out, second_out);
    }
  }
  int32_t done = axis->count & ~3;
  if (done == axis->count) return;
  ck_resize_axis rest = *axis;
  rest.count -= done;
  rest.starts += done;
  rest.lengths += done;
  rest.weights += (ptrdiff_t)done * axis->taps;
  ck_resize_portable_horizontal(&rest, source, source_row_bytes, rows, destination + 3 * done,
                                destination_row_bytes);
}

/* Sixteen bytes of one output row, from `length` source rows. */
AVX2 static inline __m128i column(const uint8_t *in, ptrdiff_t row_bytes, const int16_t *split,
                                  int32_t length) {
  __m256i half = _mm256_set1_epi32(1 << (ck_resize_weight_bits - 1));
  __m256i high0 = _mm256_setzero_si256(), high1 = high0, low0 = half, low1 = half;
  for (int32_t t = 0; t < length; t += 2) {
    const uint8_t *first = in + t * row_bytes;
    /* The weight past the last row is 0, so any row works. */
    const uint8_t *second = t + 1 < length ? first + row_bytes : first;
    __m256i a = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)first));
    __m256i b = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)second));
    __m256i pairs0 = _mm256_unpacklo_epi16(a, b), pairs1 = _mm256_unpackhi_epi16(a, b);
    __m256i high = broadcast_pair(split + 2 * t), low = broadcast_pair(split + 2 * t + 2);
    high0 = _mm256_add_epi32(high0, _mm256_madd_epi16(pairs0, high));
    high1 = _mm256_add_epi32(high1, _mm256_madd_epi16(pairs1, high));
    low0 = _mm256_add_epi32(low0, _mm256_madd_epi16(pairs0, low));
    low1 = _mm256_add_epi32(low1, _mm256_madd_epi16(pairs1, low));
  }
  __m256i sum0 = _mm256_add_epi32(_mm256_slli_epi32(high0, ck_resize_split_bits), low0);
  __m256i sum1 = _mm256_add_epi32(_mm256_slli_epi32(high1, ck_resize_split_bits), low1);
  __m256i words = _mm256_packs_epi32(_mm256_srai_epi32(sum0, ck_resize_weight_bits),
                                     _mm256_srai_epi32(sum1, ck_resize_weight_bits));
  return _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
}

AVX2 static void vertical(const ck_resize_axis *axis, const uint8_t *source,
                          ptrdiff_t source_row_bytes, int32_t row_length, uint8_t *destination,
                          ptrdiff_t destination_row_bytes) {
  for (int32_t y = 0; y < axis->count; y++) {
    const uint8_t *in = source + axis->starts[y] * source_row_bytes;
    const int16_t *split = axis->split + 2 * (ptrdiff_t)y * axis->taps;
    uint8_t *out = destination + y * destination_row_bytes;
    int32_t x = 0;
    for (; x + 16 <= row_length; x += 16)
      _mm_storeu_si128((__m128i *)(out + x), column(in + x, source_row_bytes, split, axis->lengths[y]));
    if (x < row_length) {
      uint8_t last[16];
      _mm_storeu_si128((__m128i *)last, column(in + x, source_row_bytes, split, axis->lengths[y]));
      memcpy(out + x, last, (size_t)(row_length - x));
    }
  }
}

/* One row between the axes: first + (second - first) * weight, sixteen numbers at a time. The rows of the next one, which
 * are `next` bytes further, are fetched meanwhile: memory is idle while a row is resized along x. */
AVX2 static inline void blend(const uint8_t *first, const uint8_t *second, ptrdiff_t next, int16_t weight,
                              int32_t row_length, int16_t *line) {
  const int32_t cache_line = 64;
  /* A rounding multiplication drops 15 bits. */
  const int widen = 15 - (ck_resize_pair_bits - ck_resize_line_bits);
  const __m256i weights = _mm256_set1_epi16(weight);
  for (int32_t x = 0; x < row_length; x += 16) {
    if (x % cache_line == 0) {
      _mm_prefetch((const char *)first + next + x, _MM_HINT_T0);
      _mm_prefetch((const char *)second + next + x, _MM_HINT_T0);
    }
    __m256i a = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(first + x)));
    __m256i b = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(second + x)));
    __m256i part = _mm256_mulhrs_epi16(_mm256_slli_epi16(_mm256_sub_epi16(b, a), widen), weights);
    _mm256_storeu_si256((__m256i *)(line + x),
                        _mm256_add_epi16(_mm256_slli_epi16(a, ck_resize_line_bits), part));
  }
}

/* The pixels at `first` and `second`, one in each lane, with 4 sums of 32 bits: red, green, blue, -. */
AVX2 static inline __m256i two_pixels(const int16_t *first, const int16_t *second, __m256i weights) {
  /* Red red green green blue blue - -, of 16 bits. */
  const __m256i pairs = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, -1, -1, -1, -1));
  const int bits = ck_resize_pair_bits + ck_resize_line_bits;
  __m256i numbers = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)first)),
                                            _mm_loadu_si128((const __m128i *)second), 1);
  __m256i sums = _mm256_madd_epi16(_mm256_shuffle_epi8(numbers, pairs), weights);
  return _mm256_srai_epi32(_mm256_add_epi32(sums, _mm256_set1_epi32(1 << (bits - 1))), bits);
}

AVX2 static void linear(const ck_resize_axis *columns, const ck_resize_axis *rows, const uint8_t *source,
                        ptrdiff_t source_row_bytes, int32_t row_length, int16_t *line, uint8_t *destination,
                        ptrdiff_t destination_row_bytes) {
  const __m256i even = _mm256_setr_epi32(0, 0, 0, 0, 2, 2, 2, 2);
  const __m256i odd = _mm256_setr_epi32(1, 1, 1, 1, 3, 3, 3, 3);
  const __m128i drop_fourth = _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
  const int32_t *starts = columns->starts;
  memset(line + row_length, 0, ck_resize_slack * sizeof *line);
  for (int32_t y = 0; y < rows->count; y++) {
    const uint8_t *first = source + rows->starts[y] * source_row_bytes;
    const uint8_t *second = rows->lengths[y] > 1 ? first + source_row_bytes : first;
    uint8_t *out = destination + y * destination_row_bytes;
    const int32_t rows_on = y + 1 < rows->count ? rows->starts[y + 1] - rows->starts[y] : 0;
    blend(first, second, rows_on * source_row_bytes, rows->pairs[2 * (ptrdiff_t)y + 1], row_length, line);
    int32_t x = 0;
    /* Four bytes too many are written: two pixels more must follow. */
    for (; x + 6 <= columns->count; x += 4) {
      __m256i weights = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(columns->pairs + 2 * (ptrdiff_t)x)));
      __m256i pixels02 = two_pixels(line + 3 * (ptrdiff_t)starts[x], line + 3 * (ptrdiff_t)starts[x + 2],
                                    _mm256_permutevar8x32_epi32(weights, even));
      __m256i pixels13 = two_pixels(line + 3 * (ptrdiff_t)starts[x + 1], line + 3 * (ptrdiff_t)starts[x + 3],
                                    _mm256_permutevar8x32_epi32(weights, odd));
      __m256i words = _mm256_packs_epi32(pixels02, pixels13);
      __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
      _mm_storeu_si128((__m128i *)(out + 3 * x), _mm_shuffle_epi8(bytes, drop_fourth));
    }
    ck_resize_portable_line(columns, x, line, out);
  }
}

const ck_resize_implementation ck_resize_avx2 = {"avx2", has_avx2, horizontal, vertical, linear};
#endif
