#include "blocks.h"

#include <stdlib.h>

#include "deadline.h"
#include "samples.h"

/* Extra chrominance on either side for interpolation: a column, and a row if rows are interpolated. */
enum { margin = 1 };

/* Below so many bytes, skip tables don't pay. */
enum { least_for_skips = 32 << 10 };

/* One component's rows: this row of units, after the previous one's last row if rows are interpolated. */
typedef struct {
  uint8_t *first;
  size_t stride;
  uint32_t width, height; /* of the image, in its samples */
  uint32_t columns, rows; /* of a unit */
  uint32_t side;          /* of a block: 2, 4 or 8 samples in either direction */
  uint16_t factors[block_size];
} plane;

typedef struct {
  scan scan;
  plane planes[3];
  bool is_narrow;  /* chrominance is half as wide */
  uint32_t before; /* kept rows: chrominance has half the height */
  int16_t *sums;
  uint8_t *wide[2];
  cjpeg_region region;
  uint8_t *pixels;
  size_t row_bytes;
} image;

/* Whether chrominance is narrow. In a reduced image with half-size chrominance, it is reduced by half as much
 * instead. */
static bool has_narrow(const struct jpeg_decompress_struct *info) {
  return info->num_components > 1 && info->max_h_samp_factor == 2 &&
         block_side(&info->comp_info[1]) == block_side(&info->comp_info[0]);
}

bool blocks_can(const struct jpeg_decompress_struct *info) {
  if (!has_vectors()) return false;
  if (info->num_components == 1) return true;
  if (info->max_h_samp_factor == 1) return info->max_v_samp_factor == 1;
  /* libjpeg doesn't interpolate two columns. */
  return !has_narrow(info) || info->comp_info[1].downsampled_width > 2;
}

/* The component's size by its definition; libjpeg reports the region's once one is set. */
static uint32_t reduced(uint32_t size, uint32_t to, uint32_t from) { return (size * to + from - 1) / from; }

/* Divides the rows' memory. False if memory is out. */
static bool prepare(image *image, blocks_rows *rows, const struct jpeg_decompress_struct *info) {
  scan *s = &image->scan;
  image->is_narrow = has_narrow(info);
  image->before = image->is_narrow && s->rows == 2;
  size_t sizes[3], total = 0;
  for (int i = 0; i < s->count; i++) {
    plane *plane = &image->planes[i];
    const jpeg_component_info *c = &info->comp_info[i];
    plane->side = block_side(c);
    plane->columns = plane->side * (i == 0 ? (uint32_t)s->columns : 1);
    plane->rows = plane->side * (i == 0 ? (uint32_t)s->rows : 1);
    plane->stride = (size_t)s->units * plane->columns + samples_beyond;
    plane->width = reduced(info->image_width, plane->columns, DCTSIZE * (uint32_t)s->columns);
    plane->height = reduced(info->image_height, plane->rows, DCTSIZE * (uint32_t)s->rows);
    for (int k = 0; k < block_size; k++) plane->factors[k] = s->components[i].quantisation[k];
    sizes[i] = plane->stride * (plane->rows + image->before);
    total += sizes[i];
  }
  size_t wide = image->planes[0].stride + 2 * samples_beyond;
  size_t needed = total + 2 * wide + 2 * wide; /* sums are of two bytes */
  if (rows->capacity < needed) {
    free(rows->bytes);
    *rows = (blocks_rows){0};
    rows->bytes = calloc(1, needed);
    if (rows->bytes == NULL) return false;
    rows->capacity = needed;
  }
  uint8_t *next = rows->bytes;
  image->sums = (int16_t *)(void *)next;
  next += 2 * wide;
  for (int i = 0; i < 2; i++, next += wide) image->wide[i] = next;
  for (int i = 0; i < s->count; next += sizes[i], i++) image->planes[i].first = next;
  return true;
}

/* A component's row by its number in the image, while its row of units is in memory. */
static const uint8_t *row_of(const image *image, int component, uint32_t unit_row, uint32_t y) {
  const plane *plane = &image->planes[component];
  return plane->first + (size_t)(y + image->before - unit_row * plane->rows) * plane->stride;
}

/* A chrominance row at full width, from the region's first column, or the even one before it. */
static const uint8_t *widened(image *image, int component, uint32_t unit_row, uint32_t y) {
  const plane *plane = &image->planes[component];
  uint32_t x = image->region.x, end = x + image->region.width;
  if (!image->is_narrow) return row_of(image, component, unit_row, y) + x;
  const uint8_t *near, *far = NULL;
  if (image->before == 0) {
    near = row_of(image, component, unit_row, y);
  } else {
    uint32_t other = y % 2 == 0 ? (y < 2 ? 0 : y / 2 - 1) : (y / 2 + 1 < plane->height ? y / 2 + 1 : y / 2);
    near = row_of(image, component, unit_row, y / 2);
    far = row_of(image, component, unit_row, other);
  }
  uint8_t *wide = image->wide[component - 1];
  widen_row(near, far, plane->width, x / 2, (end + 1) / 2, image->sums, wide);
  return wide + x % 2;
}

/* Writes the region's pixels of the rows from begin to before end. */
static void write_rows(image *image, uint32_t unit_row, uint32_t begin, uint32_t end) {
  cjpeg_region region = image->region;
  if (begin < region.y) begin = region.y;
  if (end > region.y + region.height) end = region.y + region.height;
  for (uint32_t y = begin; y < end; y++) {
    const uint8_t *luminance = row_of(image, 0, unit_row, y) + region.x;
    uint8_t *output = image->pixels + (y - region.y) * image->row_bytes;
    if (image->scan.count == 1) {
      write_grey(luminance, region.width, output);
    } else {
      const uint8_t *blue = widened(image, 1, unit_row, y), *red = widened(image, 2, unit_row, y);
      write_colours(luminance, blue, red, region.width, output);
    }
  }
}

/* Reads all blocks of a unit, and places their samples if wanted. */
static bool read_unit(image *image, uint32_t unit, bool is_wanted) {
  scan *s = &image->scan;
  for (int i = 0; i < s->count; i++) {
    plane *plane = &image->planes[i];
    component *c = &s->components[i];
    uint8_t *corner = plane->first + image->before * plane->stride + (size_t)unit * plane->columns;
    for (uint32_t y = 0; y < plane->rows; y += plane->side) {
      for (uint32_t x = 0; x < plane->columns; x += plane->side) {
        if (!read_dc(&s->reader, c)) return false;
        if (!is_wanted) {
          if (!skip_ac(&s->reader, c)) return false;
          continue;
        }
        int16_t block[block_size];
        if (!read_ac(&s->reader, c, block)) return false;
        transform_block(block, plane->factors, plane->side, corner + y * plane->stride + x, plane->stride);
      }
    }
  }
  return !is_overdrawn(&s->reader);
}

/* Moves each component's last row in front of the first. */
static void keep_last_rows(image *image) {
  for (int i = 0; i < image->scan.count; i++) {
    plane *plane = &image->planes[i];
    memcpy(plane->first, plane->first + plane->rows * plane->stride, plane->stride);
  }
}

const uint8_t *blocks_read(entropy_tables *tables, blocks_rows *rows, const struct jpeg_decompress_struct *info,
                           const uint8_t *bytes, size_t length, cjpeg_region region, uint64_t deadline, uint8_t *pixels, size_t row_bytes) {
  uint32_t side = block_side(&info->comp_info[0]);
  uint32_t image_width = reduced(info->image_width, side, DCTSIZE), image_height = reduced(info->image_height, side, DCTSIZE);
  bool is_whole = region.width == image_width && region.height == image_height;
  image image = {.scan = scan_begin(tables, info, bytes, length, !is_whole && length >= least_for_skips),
                 .region = region,
                 .pixels = pixels,
                 .row_bytes = row_bytes};
  if (!prepare(&image, rows, info)) return NULL;
  uint32_t width = image.planes[0].columns, height = image.planes[0].rows;
  uint32_t x_end = region.x + region.width, y_end = region.y + region.height;
  for (uint32_t row = 0, y = 0; y < y_end + image.before && y < image_height; row++, y += height) {
    if (is_past(deadline)) return NULL;
    bool has_row = y + height + image.before > region.y;
    for (uint32_t unit = 0, x = 0; unit < image.scan.units; unit++, x += width) {
      bool is_wanted = has_row && x + width + margin > region.x && x < x_end + margin;
      if (!scan_step(&image.scan) || !read_unit(&image, unit, is_wanted)) return NULL;
    }
    if (!has_row) continue;
    /* The last row waits for the chrominance below it. */
    bool is_last = y + height >= image_height;
    uint32_t begin = y - (row > 0 ? image.before : 0), end = is_last ? image_height : y + height - image.before;
    write_rows(&image, row, begin, end);
    if (image.before > 0) keep_last_rows(&image);
  }
  return image.scan.reader.next;
}
