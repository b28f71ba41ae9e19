#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

/* libjpeg's errors must not return. */
struct failure {
  struct jpeg_error_mgr manager;
  jmp_buf place;
};

static void fail(j_common_ptr info) { longjmp(((struct failure *)info->err)->place, 1); }
static void keep_quiet(j_common_ptr info) { (void)info; }

bool cjpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **bytes,
                  size_t *length) {
  struct jpeg_compress_struct info;
  struct failure failure;
  unsigned char *buffer = NULL;
  unsigned long size = 0;
  info.err = jpeg_std_error(&failure.manager);
  failure.manager.error_exit = fail;
  failure.manager.output_message = keep_quiet;
  if (setjmp(failure.place)) {
    /* The memory isn't freed: libjpeg may have replaced it without saying so. */
    jpeg_destroy_compress(&info);
    return false;
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &buffer, &size);
  info.image_width = width;
  info.image_height = height;
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < height) {
    JSAMPROW row = (JSAMPROW)(pixels + (size_t)info.next_scanline * 3 * width);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  *bytes = buffer;
  *length = size;
  return true;
}
