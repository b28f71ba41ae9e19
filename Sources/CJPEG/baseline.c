#include "baseline.h"

#include <stdlib.h>

#include "blocks.h"
#include "eighth.h"
#include "entropy.h"

struct baseline_decoder {
  entropy_tables tables;
  eighth_rows eighth;
  blocks_rows blocks;
};

baseline_decoder *baseline_create(void) { return calloc(1, sizeof(baseline_decoder)); }

void baseline_destroy(baseline_decoder *decoder) {
  if (decoder != NULL) free(decoder->blocks.bytes);
  free(decoder);
}

static bool is_eighth(const struct jpeg_decompress_struct *info) { return block_side(&info->comp_info[0]) == 1; }

bool baseline_can(const struct jpeg_decompress_struct *info) {
  return scan_can(info) && (is_eighth(info) || blocks_can(info));
}

const uint8_t *baseline_read(baseline_decoder *decoder, const struct jpeg_decompress_struct *info,
                             const uint8_t *scan, size_t length, cjpeg_region region, uint64_t deadline, uint8_t *pixels,
                             size_t row_bytes) {
  return is_eighth(info)
             ? eighth_read(&decoder->tables, decoder->eighth, info, scan, length, region, deadline, pixels, row_bytes)
             : blocks_read(&decoder->tables, &decoder->blocks, info, scan, length, region, deadline, pixels, row_bytes);
}
