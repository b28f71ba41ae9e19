/* JPEGs that usual programs don't write, for tests: any sampling factors, any order of scans. By libjpeg. */
#ifndef JPEG_WRITER_H
#define JPEG_WRITER_H

#include <stddef.h>
#include <stdint.h>

typedef enum jpeg_writer_order {
  jpeg_writer_baseline,    /* one scan */
  jpeg_writer_separate,    /* baseline, a scan for each component */
  jpeg_writer_progressive, /* in the usual passes */
  jpeg_writer_unfinished   /* progressive, and all but the first passes are missing */
} jpeg_writer_order;

typedef struct jpeg_writer_options {
  uint32_t width, height;
  int components;                     /* 1: grey, 3: YCbCr, 4: YCCK */
  int horizontal[4], vertical[4];     /* sampling factors, 1 to 4 */
  jpeg_writer_order order;
  unsigned restart_interval;          /* in units, 0 for none */
  int quality;                        /* 1 to 100 */
} jpeg_writer_options;

/* Writes a picture of edges and noise, always the same. Returns its size, and its bytes to be freed by the caller; 0 for what
 * libjpeg can't write. */
size_t jpeg_writer_write(const jpeg_writer_options *options, uint8_t **bytes);

#endif
