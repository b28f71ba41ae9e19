/* The reference. Subtract, then multiply: without fusion, every implementation agrees bit for bit. */
#include "../implementations.h"

static bool always(void) { return true; }

static void planar(const ck_normalisation *parameters, const uint8_t *source, ptrdiff_t row_bytes,
                   int32_t width, int32_t height, float *const planes[3]) {
  for (int32_t y = 0; y < height; y++) {
    const uint8_t *in = source + y * row_bytes;
    for (int32_t c = 0; c < 3; c++) {
      float *out = planes[c] + (ptrdiff_t)y * width;
      for (int32_t x = 0; x < width; x++)
        out[x] = ((float)in[3 * x + c] - parameters->mean[c]) * parameters->scale[c];
    }
  }
}

static void interleaved(const ck_normalisation *parameters, const uint8_t *source,
                        ptrdiff_t row_bytes, int32_t width, int32_t height, bool reversed,
                        float *destination) {
  for (int32_t y = 0; y < height; y++) {
    const uint8_t *in = source + y * row_bytes;
    float *out = destination + 3 * (ptrdiff_t)y * width;
    for (int32_t x = 0; x < width; x++) {
      for (int32_t c = 0; c < 3; c++) {
        float value = ((float)in[3 * x + c] - parameters->mean[c]) * parameters->scale[c];
        out[3 * x + (reversed ? 2 - c : c)] = value;
      }
    }
  }
}

const ck_normalise_implementation ck_normalise_portable = {"portable", always, planar, interleaved};
