#if defined(__x86_64__)
#include <immintrin.h>

#include "../implementations.h"

#define AVX2 __attribute__((target("avx2")))

static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }

/* Eight pixels' channel c, from 24 bytes of which the lower lane holds pixels 0...3 and the upper
 * 4...7, as 32-bit integers. */
AVX2 static inline __m256 channel(__m256i bytes, int c) {
  char b = (char)c;
  const __m256i pick = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(b, -1, -1, -1, (char)(b + 3), -1, -1, -1, (char)(b + 6), -1, -1, -1,
                    (char)(b + 9), -1, -1, -1));
  return _mm256_cvtepi32_ps(_mm256_shuffle_epi8(bytes, pick));
}

AVX2 static void planar(const ck_normalisation *parameters, const uint8_t *source,
                        ptrdiff_t row_bytes, int32_t width, int32_t height,
                        float *const planes[3]) {
  const __m256 mean0 = _mm256_set1_ps(parameters->mean[0]), scale0 = _mm256_set1_ps(parameters->scale[0]);
  const __m256 mean1 = _mm256_set1_ps(parameters->mean[1]), scale1 = _mm256_set1_ps(parameters->scale[1]);
  const __m256 mean2 = _mm256_set1_ps(parameters->mean[2]), scale2 = _mm256_set1_ps(parameters->scale[2]);
  for (int32_t y = 0; y < height; y++) {
    const uint8_t *in = source + y * row_bytes;
    float *out0 = planes[0] + (ptrdiff_t)y * width;
    float *out1 = planes[1] + (ptrdiff_t)y * width;
    float *out2 = planes[2] + (ptrdiff_t)y * width;
    int32_t x = 0;
    for (; x + 8 <= width; x += 8) {
      /* Reads 28 bytes for 24: the slack of the row. */
      __m256i bytes = _mm256_inserti128_si256(
          _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(in + 3 * x))),
          _mm_loadu_si128((const __m128i *)(in + 3 * x + 12)), 1);
      _mm256_storeu_ps(out0 + x, _mm256_mul_ps(_mm256_sub_ps(channel(bytes, 0), mean0), scale0));
      _mm256_storeu_ps(out1 + x, _mm256_mul_ps(_mm256_sub_ps(channel(bytes, 1), mean1), scale1));
      _mm256_storeu_ps(out2 + x, _mm256_mul_ps(_mm256_sub_ps(channel(bytes, 2), mean2), scale2));
    }
    if (x == width) continue;
    float *rest[3] = {out0 + x, out1 + x, out2 + x};
    ck_normalise_portable.planar(parameters, in + 3 * x, 0, width - x, 1, rest);
  }
}

AVX2 static void interleaved(const ck_normalisation *parameters, const uint8_t *source,
                             ptrdiff_t row_bytes, int32_t width, int32_t height, bool reversed,
                             float *destination) {
  const __m128i order = reversed
      ? _mm_setr_epi8(2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9, -1, -1, -1, -1)
      : _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -1, -1, -1, -1);
  /* Four pixels are three vectors of four values; the channels repeat after that. */
  float mean[12], scale[12];
  for (int i = 0; i < 12; i++) {
    int c = reversed ? 2 - i % 3 : i % 3;
    mean[i] = parameters->mean[c];
    scale[i] = parameters->scale[c];
  }
  for (int32_t y = 0; y < height; y++) {
    const uint8_t *in = source + y * row_bytes;
    float *out = destination + 3 * (ptrdiff_t)y * width;
    int32_t x = 0;
    for (; x + 4 <= width; x += 4) {
      __m128i bytes = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(in + 3 * x)), order);
      __m128 a = _mm_cvtepi32_ps(_mm_cvtepu8_epi32(bytes));
      __m128 b = _mm_cvtepi32_ps(_mm_cvtepu8_epi32(_mm_srli_si128(bytes, 4)));
      __m128 c = _mm_cvtepi32_ps(_mm_cvtepu8_epi32(_mm_srli_si128(bytes, 8)));
      _mm_storeu_ps(out + 3 * x, _mm_mul_ps(_mm_sub_ps(a, _mm_loadu_ps(mean)), _mm_loadu_ps(scale)));
      _mm_storeu_ps(out + 3 * x + 4,
                    _mm_mul_ps(_mm_sub_ps(b, _mm_loadu_ps(mean + 4)), _mm_loadu_ps(scale + 4)));
      _mm_storeu_ps(out + 3 * x + 8,
                    _mm_mul_ps(_mm_sub_ps(c, _mm_loadu_ps(mean + 8)), _mm_loadu_ps(scale + 8)));
    }
    if (x == width) continue;
    ck_normalise_portable.interleaved(parameters, in + 3 * x, 0, width - x, 1, reversed, out + 3 * x);
  }
}

const ck_normalise_implementation ck_normalise_avx2 = {"avx2", has_avx2, planar, interleaved};
#endif
