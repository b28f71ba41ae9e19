#include "JPEGWriter.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

typedef struct {
  struct jpeg_compress_struct info;
  struct jpeg_error_mgr errors;
  jmp_buf failed;
  jpeg_scan_info scans[8];
  unsigned char *memory;
  unsigned long size;
  uint8_t *row;
} writer;

static void on_error(j_common_ptr info) { longjmp(((writer *)info)->failed, 1); }

static void set_scan(writer *w, int first, int last, int component, int low) {
  jpeg_scan_info *scan = &w->scans[w->info.num_scans++];
  *scan = (jpeg_scan_info){.comps_in_scan = 1, .component_index = {component}, .Ss = first, .Se = last, .Al = low};
  w->info.scan_info = w->scans;
}

static void set_order(writer *w, jpeg_writer_order order) {
  int count = w->info.num_components;
  if (order == jpeg_writer_progressive) jpeg_simple_progression(&w->info);
  if (order == jpeg_writer_separate)
    for (int i = 0; i < count; i++) set_scan(w, 0, 63, i, 0);
  if (order == jpeg_writer_unfinished) {
    for (int i = 0; i < count; i++) set_scan(w, 0, 0, i, 1);
    set_scan(w, 1, 5, 0, 2);
  }
}

static void write_rows(writer *w) {
  int count = w->info.input_components;
  uint32_t noise = 1;
  for (uint32_t y = 0; y < w->info.image_height; y++) {
    for (uint32_t x = 0; x < w->info.image_width; x++) {
      for (int i = 0; i < count; i++) {
        noise = noise * 1664525 + 1013904223;
        uint32_t slope = (x * (uint32_t)(i + 2) + y * (uint32_t)(7 - i)) / 2, edges = (x / 7 + y / 5) % 3 * 40;
        w->row[x * (uint32_t)count + (uint32_t)i] = (uint8_t)(slope + edges + (noise >> 27));
      }
    }
    JSAMPROW row = w->row;
    jpeg_write_scanlines(&w->info, &row, 1);
  }
}

size_t jpeg_writer_write(const jpeg_writer_options *options, uint8_t **bytes) {
  writer *w = calloc(1, sizeof *w);
  size_t size = 0;
  *bytes = NULL;
  if (w == NULL) return 0;
  w->info.err = jpeg_std_error(&w->errors);
  w->errors.error_exit = on_error;
  if (setjmp(w->failed) == 0) {
    jpeg_create_compress(&w->info);
    jpeg_mem_dest(&w->info, &w->memory, &w->size);
    w->info.image_width = options->width;
    w->info.image_height = options->height;
    w->info.input_components = options->components;
    w->info.in_color_space = options->components == 1 ? JCS_GRAYSCALE : options->components == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&w->info);
    if (options->components == 4) jpeg_set_colorspace(&w->info, JCS_YCCK);
    jpeg_set_quality(&w->info, options->quality, TRUE);
    w->info.restart_interval = options->restart_interval;
    w->info.optimize_coding = TRUE; /* codes of its own */
    for (int i = 0; i < options->components; i++) {
      w->info.comp_info[i].h_samp_factor = options->horizontal[i];
      w->info.comp_info[i].v_samp_factor = options->vertical[i];
    }
    set_order(w, options->order);
    w->row = malloc((size_t)options->width * (size_t)options->components);
    if (w->row == NULL) longjmp(w->failed, 1);
    jpeg_start_compress(&w->info, TRUE);
    write_rows(w);
    jpeg_finish_compress(&w->info);
    *bytes = w->memory;
    size = w->size;
    w->memory = NULL;
  }
  jpeg_destroy_compress(&w->info);
  free(w->memory);
  free(w->row);
  free(w);
  return size;
}
