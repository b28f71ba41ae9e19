#include "CJPEG.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "baseline.h"

struct cjpeg_decoder {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf failed; /* set by each function that calls libjpeg, before it does */
  cjpeg_result result;
  char message[JMSG_LENGTH_MAX];
  cjpeg_region region;
  uint32_t maximum_scans;
  const uint8_t *end; /* one past the last byte of the image */
  uint8_t *row;       /* one row of CMYK */
  size_t row_capacity;
  bool is_bare, was_ours;
  baseline_decoder *baseline; /* made when it is first of use */
};

/* Pixels around the region that interpolated chroma at its border depends on. */
enum { margin = 2, minimum_width = 32, rows_per_call = 16 };

static void fail(cjpeg_decoder *decoder, cjpeg_result result, const char *message) {
  decoder->result = result;
  snprintf(decoder->message, sizeof decoder->message, "%s", message);
  longjmp(decoder->failed, 1);
}

static void fail_with_message(j_common_ptr info, cjpeg_result result) {
  cjpeg_decoder *decoder = (cjpeg_decoder *)info;
  char message[JMSG_LENGTH_MAX];
  info->err->format_message(info, message);
  fail(decoder, result, message);
}

static void on_error(j_common_ptr info) {
  switch (info->err->msg_code) {
    case JERR_OUT_OF_MEMORY: fail_with_message(info, cjpeg_out_of_memory); break;
#if JPEG_LIB_VERSION < 70 /* later ones, as Ubuntu's, can */
    case JERR_ARITH_NOTIMPL:
#endif
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_SOF_UNSUPPORTED: fail_with_message(info, cjpeg_unsupported); break;
    default: fail_with_message(info, cjpeg_corrupt);
  }
}

/* libjpeg fills in grey where data is missing and only warns. A wrong image is worse than none. */
static void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER: fail_with_message(info, cjpeg_truncated); break;
    case JWRN_ARITH_BAD_CODE:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC: fail_with_message(info, cjpeg_corrupt); break;
    default: break; /* remarks on the header, bytes between segments */
  }
}

static void on_progress(j_common_ptr info) {
  cjpeg_decoder *decoder = (cjpeg_decoder *)info;
  if ((uint32_t)decoder->info.input_scan_number > decoder->maximum_scans)
    fail(decoder, cjpeg_too_many_scans, "too many scans");
}

cjpeg_decoder *cjpeg_create(bool is_bare) {
  cjpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return NULL;
  decoder->info.err = jpeg_std_error(&decoder->errors);
  decoder->errors.error_exit = on_error;
  decoder->errors.emit_message = on_message;
  decoder->progress.progress_monitor = on_progress;
  if (setjmp(decoder->failed)) {
    free(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->info);
  decoder->info.progress = &decoder->progress;
  decoder->is_bare = is_bare;
  return decoder;
}

void cjpeg_destroy(cjpeg_decoder *decoder) {
  if (decoder == NULL) return;
  jpeg_destroy_decompress(&decoder->info);
  baseline_destroy(decoder->baseline);
  free(decoder->row);
  free(decoder);
}

bool cjpeg_was_ours(const cjpeg_decoder *decoder) { return decoder->was_ours; }

const char *cjpeg_message(const cjpeg_decoder *decoder) { return decoder->message; }

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* Asks libjpeg for the columns of the region and no others; it grows them to whole blocks. */
static void crop_columns(cjpeg_decoder *decoder, cjpeg_region *region) {
  j_decompress_ptr info = &decoder->info;
  JDIMENSION x = region->x > margin ? region->x - margin : 0;
  JDIMENSION end = smaller(region->x + region->width + margin, info->output_width);
  if (end - x < minimum_width) {
    end = smaller(x + minimum_width, info->output_width);
    x = end > minimum_width ? smaller(x, end - minimum_width) : 0;
  }
  JDIMENSION width = end - x;
  if (width < info->output_width) jpeg_crop_scanline(info, &x, &width);
  region->x = x;
  region->width = width;
}

cjpeg_result cjpeg_open(cjpeg_decoder *decoder, const uint8_t *bytes, size_t length, uint32_t width,
                        uint32_t height, uint32_t denominator, uint32_t maximum_scans,
                        cjpeg_region *region) {
  j_decompress_ptr info = &decoder->info;
  if (setjmp(decoder->failed)) {
    jpeg_abort_decompress(info);
    return decoder->result;
  }
  jpeg_abort_decompress(info); /* an image that was opened and never read */
  decoder->maximum_scans = maximum_scans;
  decoder->end = bytes + length;
  jpeg_mem_src(info, bytes, (unsigned long)length);
  jpeg_read_header(info, TRUE);
  if (info->image_width != width || info->image_height != height)
    fail(decoder, cjpeg_corrupt, "two headers of different size");
  if (info->arith_code) fail(decoder, cjpeg_unsupported, "arithmetic coding");

  bool has_ink = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
  info->out_color_space = has_ink ? JCS_CMYK : JCS_RGB;
  info->scale_num = 1;
  info->scale_denom = denominator;
  jpeg_start_decompress(info);

  if (region->width == 0 || region->height == 0 || region->x >= info->output_width ||
      region->y >= info->output_height || region->width > info->output_width - region->x ||
      region->height > info->output_height - region->y)
    fail(decoder, cjpeg_corrupt, "a region outside of the image");
  crop_columns(decoder, region);
  decoder->region = *region;
  return cjpeg_ok;
}

/* Four inks, stored inverted as Adobe does and everyone after it, to RGB. */
static void ink_to_rgb(const uint8_t *ink, uint32_t width, uint8_t *rgb) {
  for (uint32_t x = 0; x < width; x++, ink += 4, rgb += 3) {
    for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)((ink[c] * ink[3] + 127) / 255);
  }
}

static void read_ink_row(cjpeg_decoder *decoder, uint8_t *pixels) {
  size_t needed = 4 * (size_t)decoder->info.output_width;
  if (decoder->row_capacity < needed) {
    free(decoder->row);
    decoder->row_capacity = 0;
    decoder->row = malloc(needed);
    if (decoder->row == NULL) fail(decoder, cjpeg_out_of_memory, "no memory for a row");
    decoder->row_capacity = needed;
  }
  jpeg_read_scanlines(&decoder->info, &decoder->row, 1);
  ink_to_rgb(decoder->row, decoder->region.width, pixels);
}

/* What follows the rows that were read is not decoded. If the file goes on to an end-of-image
 * marker, then nothing was cut off. In entropy-coded data FF is followed by 00 or a restart marker,
 * so FF D9 there can be nothing else. */
static bool has_end(cjpeg_decoder *decoder) {
  const uint8_t *next = decoder->info.src->next_input_byte;
  const uint8_t *end = decoder->end;
  if (decoder->info.unread_marker == JPEG_EOI) return true;
  if (end - next >= 2 && end[-2] == 0xFF && end[-1] == JPEG_EOI) return true;
  while (next < end && (next = memchr(next, 0xFF, (size_t)(end - next))) != NULL) {
    if (++next < end && *next == JPEG_EOI) return true;
  }
  return false;
}

/* Decodes by baseline.h, if it can. Otherwise nothing is changed but pixels. */
static bool read_baseline(cjpeg_decoder *decoder, uint8_t *pixels, size_t row_bytes) {
  struct jpeg_source_mgr *source = decoder->info.src;
  if (decoder->is_bare || !baseline_can(&decoder->info)) return false;
  if (decoder->baseline == NULL) decoder->baseline = baseline_create();
  if (decoder->baseline == NULL) return false;
  const uint8_t *end = baseline_read(decoder->baseline, &decoder->info, source->next_input_byte, source->bytes_in_buffer,
                                     decoder->region, pixels, row_bytes);
  if (end == NULL) return false;
  source->bytes_in_buffer -= (size_t)(end - source->next_input_byte);
  source->next_input_byte = end;
  return true;
}

static void read_rows(cjpeg_decoder *decoder, uint8_t *pixels, size_t row_bytes) {
  j_decompress_ptr info = &decoder->info;
  if (decoder->region.y > 0) jpeg_skip_scanlines(info, decoder->region.y);
  uint32_t end = decoder->region.y + decoder->region.height;
  while (info->output_scanline < end) {
    uint8_t *next = pixels + (info->output_scanline - decoder->region.y) * row_bytes;
    if (info->out_color_space == JCS_CMYK) {
      read_ink_row(decoder, next);
      continue;
    }
    JSAMPROW rows[rows_per_call];
    uint32_t count = smaller(rows_per_call, end - info->output_scanline);
    for (uint32_t i = 0; i < count; i++) rows[i] = next + i * row_bytes;
    if (jpeg_read_scanlines(info, rows, count) == 0) fail(decoder, cjpeg_truncated, "rows are missing");
  }
}

cjpeg_result cjpeg_read(cjpeg_decoder *decoder, uint8_t *pixels, size_t row_bytes) {
  j_decompress_ptr info = &decoder->info;
  if (setjmp(decoder->failed)) {
    jpeg_abort_decompress(info);
    return decoder->result;
  }
  decoder->was_ours = read_baseline(decoder, pixels, row_bytes);
  if (!decoder->was_ours) read_rows(decoder, pixels, row_bytes);
  if (!jpeg_input_complete(info) && !has_end(decoder)) fail(decoder, cjpeg_truncated, "no end-of-image marker");
  jpeg_abort_decompress(info);
  return cjpeg_ok;
}
