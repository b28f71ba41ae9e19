#include "baseline.h"

#include <stdlib.h>

#include "eighth.h"
#include "entropy.h"
#include "full.h"

struct baseline_decoder {
  entropy_tables tables;
  eighth_rows eighth;
  full_rows full;
};

baseline_decoder *baseline_create(void) { return calloc(1, sizeof(baseline_decoder)); }

void baseline_destroy(baseline_decoder *decoder) {
  if (decoder != NULL) free(decoder->full.bytes);
  free(decoder);
}

static bool is_eighth(const struct jpeg_decompress_struct *info) { return info->min_DCT_scaled_size == 1; }

bool baseline_can(const struct jpeg_decompress_struct *info) {
  if (!scan_can(info)) return false;
  return is_eighth(info) || (info->min_DCT_scaled_size == DCTSIZE && full_can(info));
}

const uint8_t *baseline_read(baseline_decoder *decoder, const struct jpeg_decompress_struct *info,
                             const uint8_t *scan, size_t length, cjpeg_region region, uint8_t *pixels,
                             size_t row_bytes) {
  return is_eighth(info)
             ? eighth_read(&decoder->tables, decoder->eighth, info, scan, length, region, pixels, row_bytes)
             : full_read(&decoder->tables, &decoder->full, info, scan, length, region, pixels, row_bytes);
}
