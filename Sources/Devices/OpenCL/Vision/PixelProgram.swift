import Dataflow
import Kernels
import OpenCL
import Vision

extension OpenCLProgramSource {
  /// Kernels for batches of 8-bit RGB images, bit-identical to `ResizeKernel` and `NormaliseKernel`.
  static let pixels = OpenCLProgramSource(
    name: "pixels", text: pixelText, options: "-DWEIGHT_BITS=\(ResizeTable.weightBits)")
}

/// The jobs of a pass begin at number `first`. A job describes one image in 64-bit numbers: the source's
/// start, the distances of its lines and of its pixels, the number of lines, the result's start, and the
/// start and taps of its table (`ResizeTable.numbers`). Places are in bytes; a table's are in numbers.
private let pixelText = """
  #pragma OPENCL FP_CONTRACT OFF

  typedef struct { long source, line, pixel, lines, result, table, taps; } job;

  /* Along lines: `count` pixels of each line of each image, written line by line, `row` bytes apart; four lines by
   * each work item, of which those past the end repeat the last. A byte is read past the last pixel, since four
   * bytes are one load where three are three. Global: (pixels of a line, lines / 4, images). */
  kernel void resample_lines(global const uchar *restrict pixels, global const job *restrict jobs,
                             global const int *restrict tables, global uchar *restrict results, int first,
                             int count, int row) {
    int i = get_global_id(0), line = 4 * get_global_id(1);
    global const job *j = jobs + first + get_global_id(2);
    int last = (int)j->lines - 1;
    if (i >= count || line > last) return;
    global const int *table = tables + j->table;
    int start = table[i], length = table[count + i];
    global const int *weights = table + 2 * count + i * (int)j->taps;
    long step = j->pixel;
    global const uchar *in = pixels + j->source + start * step;
    long4 lines = convert_long4(min(line + (int4)(0, 1, 2, 3), last)), places = lines * j->line;
    int16 sum = 1 << (WEIGHT_BITS - 1);
    for (int t = 0; t < length; t++, in += step) {
      uchar16 four = (uchar16)(vload4(0, in + places.x), vload4(0, in + places.y), vload4(0, in + places.z),
                               vload4(0, in + places.w));
      sum += convert_int16(four) * weights[t];
    }
    uchar16 levels = convert_uchar16_sat(sum >> WEIGHT_BITS);
    global uchar *out = results + j->result + 3 * i;
    vstore3(levels.s012, 0, out + lines.x * row);
    vstore3(levels.s456, 0, out + lines.y * row);
    vstore3(levels.s89a, 0, out + lines.z * row);
    vstore3(levels.scde, 0, out + lines.w * row);
  }

  /* Across lines: `count` rows of `length` bytes for each image, 16 bytes by each work item. Lines are padded to
   * whole vectors, results aren't. Global: (vectors of a row, rows, images). */
  kernel void resample_across(global const uchar *restrict lines, global const job *restrict jobs,
                              global const int *restrict tables, global uchar *restrict results, int first, int count, int length) {
    int x = 16 * get_global_id(0), y = get_global_id(1);
    global const job *j = jobs + first + get_global_id(2);
    if (x >= length || y >= count) return;
    global const int *table = tables + j->table;
    global const uchar *in = lines + j->source + table[y] * j->line + x;
    global const int *weights = table + 2 * count + y * (int)j->taps;
    int taps = table[count + y];
    int16 sum = 1 << (WEIGHT_BITS - 1);
    for (int t = 0; t < taps; t++) sum += convert_int16(vload16(0, in + t * j->line)) * weights[t];
    uchar16 row = convert_uchar16_sat(sum >> WEIGHT_BITS);
    global uchar *out = results + j->result + (long)y * length + x;
    if (x + 16 <= length) {
      vstore16(row, 0, out);
    } else {
      uchar bytes[16];
      vstore16(row, 0, bytes);
      for (int i = 0; x + i < length; i++) out[i] = bytes[i];
    }
  }

  /* (x - mean) * scale, for `count` pixels of each image; a pixel's numbers `pixel` apart from the next one's and
   * its channels `channel` apart, from `origin` on. Global: (pixels, images). */
  kernel void normalise(global const uchar *restrict pixels, global float *restrict results, int count, int pixel, int channel,
                        int origin, float mean0, float mean1, float mean2, float scale0, float scale1,
                        float scale2) {
    int i = get_global_id(0);
    if (i >= count) return;
    long image = 3 * (long)count * get_global_id(1);
    float3 x = convert_float3(vload3(i, pixels + image));
    float3 y = (x - (float3)(mean0, mean1, mean2)) * (float3)(scale0, scale1, scale2);
    global float *out = results + image + origin + i * pixel;
    out[0] = y.x;
    out[channel] = y.y;
    out[2 * channel] = y.z;
  }
  """
