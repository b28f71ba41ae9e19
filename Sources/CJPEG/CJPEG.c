#include "CJPEG.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "baseline.h"
#include "deadline.h"

struct cjpeg_decoder {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf failed; /* set before each call of libjpeg */
  cjpeg_result result;
  char message[JMSG_LENGTH_MAX];
  cjpeg_region region;
  cjpeg_limits limits;
  const uint8_t *end;  /* one past the last byte of the image */
  bool has_run_out;    /* libjpeg needed more bytes than there are */
  bool has_whole_rows; /* libjpeg decodes all columns, not the region's */
  uint8_t *row;        /* one row of libjpeg's */
  size_t row_capacity;
  bool is_bare, was_ours;
  baseline_decoder *baseline; /* made at first use */
};

/* Pixels around the region that affect the interpolated chroma at its border. */
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

/* An error behind the last byte means truncation. */
static void fail_on_data(j_common_ptr info) {
  fail_with_message(info, ((cjpeg_decoder *)info)->has_run_out ? cjpeg_truncated : cjpeg_corrupt);
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
    default: fail_on_data(info);
  }
}

/* libjpeg fills missing data with grey and only warns. A wrong image is worse than none. */
static void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    case JWRN_HIT_MARKER: fail_with_message(info, cjpeg_truncated); break;
    case JWRN_ARITH_BAD_CODE:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC: fail_on_data(info); break;
    default: break; /* remarks on the header, bytes between segments */
  }
}

/* libjpeg calls it for each row of units of each scan. */
static void on_progress(j_common_ptr info) {
  cjpeg_decoder *decoder = (cjpeg_decoder *)info;
  if ((uint32_t)decoder->info.input_scan_number > decoder->limits.scans)
    fail(decoder, cjpeg_too_many_scans, "too many scans");
  if (is_past(decoder->limits.deadline)) fail(decoder, cjpeg_too_slow, "too slow");
}

/* Behind the last byte libjpeg sees an end-of-image marker. There is no warning yet: libjpeg reads ahead, and
 * the image may be whole. It warns once it needs bits behind the marker. */
static boolean on_end_of_bytes(j_decompress_ptr info) {
  static const JOCTET marker[] = {0xFF, JPEG_EOI};
  ((cjpeg_decoder *)info)->has_run_out = true;
  info->src->next_input_byte = marker;
  info->src->bytes_in_buffer = sizeof marker;
  return TRUE;
}

cjpeg_decoder *cjpeg_create(bool is_bare) {
  cjpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return NULL;
  decoder->info.err = jpeg_std_error(&decoder->errors);
  decoder->errors.error_exit = on_error;
  decoder->errors.emit_message = on_message;
  decoder->progress.progress_monitor = on_progress;
  decoder->is_bare = is_bare;
  return decoder;
}

/* Each image has a new decompressor, which takes some microseconds. A reused one keeps the previous image's
 * tables, and applies them to an image without tables. */
static void make_decompressor(cjpeg_decoder *decoder) {
  jpeg_destroy_decompress(&decoder->info);
  jpeg_create_decompress(&decoder->info);
  decoder->info.progress = &decoder->progress;
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

/* Whether a progressive image's scans have left coefficients missing. libjpeg smooths such images. */
static bool is_unfinished(const struct jpeg_decompress_struct *info) {
  if (!info->progressive_mode) return false;
  for (int i = 0; i < info->num_components; i++) {
    for (int k = 0; k < DCTSIZE2; k++) {
      if (info->coef_bits[i][k] != 0) return true;
    }
  }
  return false;
}

/* Whether libjpeg can decode some columns exactly as in the whole image. It leaves pixels unwritten for a
 * component with less reduction than others but not at full width (4:1:0). Its smoothing depends on all
 * columns to the left. */
static bool can_crop(const struct jpeg_decompress_struct *info) {
  return info->max_h_samp_factor <= 2 && info->max_v_samp_factor <= 2 && !is_unfinished(info);
}

/* Limits libjpeg to the region's columns, which it extends to whole blocks. */
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
                        uint32_t height, uint32_t denominator, cjpeg_limits limits, cjpeg_region *region) {
  j_decompress_ptr info = &decoder->info;
  if (setjmp(decoder->failed)) {
    jpeg_abort_decompress(info);
    return decoder->result;
  }
  make_decompressor(decoder);
  decoder->limits = limits;
  decoder->end = bytes + length;
  decoder->has_run_out = false;
  jpeg_mem_src(info, bytes, (unsigned long)length);
  info->src->fill_input_buffer = on_end_of_bytes;
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
  decoder->has_whole_rows = !can_crop(info);
  if (!decoder->has_whole_rows) crop_columns(decoder, region);
  decoder->region = *region;
  return cjpeg_ok;
}

/* CMYK to RGB; files store the inks inverted, as Adobe does. */
static void ink_to_rgb(const uint8_t *ink, uint32_t width, uint8_t *rgb) {
  for (uint32_t x = 0; x < width; x++, ink += 4, rgb += 3) {
    for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)((ink[c] * ink[3] + 127) / 255);
  }
}

/* The next row in libjpeg's format. */
static const uint8_t *read_row(cjpeg_decoder *decoder) {
  j_decompress_ptr info = &decoder->info;
  size_t needed = (size_t)info->output_components * info->output_width;
  if (decoder->row_capacity < needed) {
    free(decoder->row);
    decoder->row_capacity = 0;
    decoder->row = malloc(needed);
    if (decoder->row == NULL) fail(decoder, cjpeg_out_of_memory, "no memory for a row");
    decoder->row_capacity = needed;
  }
  if (jpeg_read_scanlines(info, &decoder->row, 1) == 0) fail(decoder, cjpeg_truncated, "rows are missing");
  return decoder->row;
}

/* Copies the region's columns of the next row. */
static void copy_row(cjpeg_decoder *decoder, uint8_t *pixels) {
  uint32_t x = decoder->has_whole_rows ? decoder->region.x : 0, width = decoder->region.width;
  const uint8_t *row = read_row(decoder) + (size_t)decoder->info.output_components * x;
  if (decoder->info.out_color_space == JCS_CMYK) {
    ink_to_rgb(row, width, pixels);
  } else {
    memcpy(pixels, row, 3 * (size_t)width);
  }
}

/* Rows behind the region aren't decoded. An end-of-image marker later in the file shows that nothing was cut
 * off. In entropy-coded data FF is followed by 00 or a restart marker, so FF D9 is unambiguous. */
static bool has_end(cjpeg_decoder *decoder) {
  const uint8_t *next = decoder->info.src->next_input_byte;
  const uint8_t *end = decoder->end;
  if (decoder->has_run_out) return false;
  if (jpeg_input_complete(&decoder->info) || decoder->info.unread_marker == JPEG_EOI) return true;
  if (end - next >= 2 && end[-2] == 0xFF && end[-1] == JPEG_EOI) return true;
  while (next < end && (next = memchr(next, 0xFF, (size_t)(end - next))) != NULL) {
    if (++next < end && *next == JPEG_EOI) return true;
  }
  return false;
}

/* An image without an end-of-image marker may be whole: no scan is missing or incomplete. */
static void require_whole(cjpeg_decoder *decoder) {
  j_decompress_ptr info = &decoder->info;
  while (info->output_scanline < info->output_height) read_row(decoder);
  bool is_whole = !is_unfinished(info);
  for (int i = 0; i < info->num_components; i++) is_whole = is_whole && info->comp_info[i].quant_table != NULL;
  if (!is_whole) fail(decoder, cjpeg_truncated, "scans are missing");
}

/* Decodes by baseline.h if possible. Otherwise only pixels are changed. */
static bool read_baseline(cjpeg_decoder *decoder, uint8_t *pixels, size_t row_bytes) {
  struct jpeg_source_mgr *source = decoder->info.src;
  if (decoder->is_bare || !baseline_can(&decoder->info)) return false;
  if (decoder->baseline == NULL) decoder->baseline = baseline_create();
  if (decoder->baseline == NULL) return false;
  const uint8_t *end = baseline_read(decoder->baseline, &decoder->info, source->next_input_byte, source->bytes_in_buffer,
                                     decoder->region, decoder->limits.deadline, pixels, row_bytes);
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
    if (info->out_color_space == JCS_CMYK || decoder->has_whole_rows) {
      copy_row(decoder, next);
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
  struct jpeg_source_mgr beginning = *info->src;
  decoder->was_ours = read_baseline(decoder, pixels, row_bytes);
  if (!decoder->was_ours) read_rows(decoder, pixels, row_bytes);
  if (!has_end(decoder)) {
    if (decoder->was_ours) *info->src = beginning;
    require_whole(decoder);
  }
  jpeg_abort_decompress(info);
  return cjpeg_ok;
}
