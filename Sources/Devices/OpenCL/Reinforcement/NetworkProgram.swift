import Dataflow
import OpenCL
import Reinforcement

extension OpenCLProgramSource {
  /// A network's kernels, for a device with vectors of so many bits.
  ///
  /// Matrices are laid out as in `Matrix` and parameters as in `DenseLayer`. Padding keeps vectors aligned,
  /// and adds zeros to sums.
  static func network(vectorBits: Int) -> OpenCLProgramSource {
    OpenCLProgramSource(
      name: "network", text: networkText,
      options: "-DWIDTH=\(networkWidth(vectorBits: vectorBits)) -DROWS=\(productRows) -DBLOCK=\(backBlock)")
  }

  /// The floats that a work item computes side by side. A GPU's work items still load four at once.
  static func networkWidth(vectorBits: Int) -> Int { [4, 8, 16].last { $0 * 32 <= vectorBits } ?? 4 }

  /// The rows of a work item of `product`.
  static let productRows = 8
  /// The rows and columns of a work item of `back`.
  static let backBlock = 4
}

private let networkText = """
  #define JOIN(a, b) a##b
  #define FLOAT(width) JOIN(float, width)
  typedef FLOAT(WIDTH) vector;

  vector load(global const float *p) { return *(global const vector *)p; }
  void store(global float *p, vector v) { *(global vector *)p = v; }

  float total4(float4 v) { return (v.x + v.y) + (v.z + v.w); }
  #if WIDTH == 16
  float total(vector v) { float8 h = v.lo + v.hi; return total4(h.lo + h.hi); }
  #elif WIDTH == 8
  float total(vector v) { return total4(v.lo + v.hi); }
  #else
  float total(vector v) { return total4(v); }
  #endif

  enum { NONE, RELU, TANH, RELU_GRADIENT, TANH_GRADIENT };

  /* What is done to a sum before it is stored; `output` is what the activation gave, for its derivative. */
  #define FINISH(type, name)                                       \\
    type name(type x, int finish, type output) {                   \\
      switch (finish) {                                            \\
        case RELU: return max(x, (type)(0));                       \\
        case TANH: return tanh(x);                                 \\
        case RELU_GRADIENT: return output > 0 ? x : (type)(0);     \\
        case TANH_GRADIENT: return x * (1 - output * output);      \\
        default: return x;                                         \\
      }                                                            \\
    }
  FINISH(vector, finish_vector)
  FINISH(float, finish_float)

  /* c = finish(a b + bias), or finish(c + a b): c [rows, columns], a [rows, depth] with its rows and its columns
   * a_row and a_step apart, b [depth, columns]. No bias if bias_start is negative. A work item has two vectors of
   * columns, of which the second repeats the first where there is none.
   * Global: (rows / ROWS, columns / 2 WIDTH). */
  kernel void product(int rows, int columns, int depth, global const float *restrict a, int a_row, int a_step,
                      global const float *restrict b, int b_start, int b_row, int bias_start,
                      global float *restrict c, int c_start, int c_row, int accumulates, int finish,
                      global const float *restrict outputs, int outputs_row) {
    int m = ROWS * get_global_id(0), n = 2 * WIDTH * get_global_id(1);
    if (m >= rows || n >= columns) return;
    int second = n + WIDTH < columns ? WIDTH : 0;
    vector sums[ROWS][2];
    global const float *bias = b + bias_start + n;
    #pragma unroll
    for (int r = 0; r < ROWS; r++) {
      sums[r][0] = bias_start < 0 ? (vector)(0) : load(bias);
      sums[r][1] = bias_start < 0 ? (vector)(0) : load(bias + second);
    }
    global const float *left = a + m * a_row;
    global const float *right = b + b_start + n;
    for (int k = 0; k < depth; k++, left += a_step, right += b_row) {
      vector v = load(right), w = load(right + second);
      #pragma unroll
      for (int r = 0; r < ROWS; r++) {
        sums[r][0] += left[r * a_row] * v;
        sums[r][1] += left[r * a_row] * w;
      }
    }
    #pragma unroll
    for (int r = 0; r < ROWS; r++)
      #pragma unroll
      for (int i = 0; i < 2; i++)
        if (m + r < rows && (i == 0 || second)) {
          int column = n + i * WIDTH;
          global float *p = c + c_start + (m + r) * c_row + column;
          vector x = accumulates ? load(p) + sums[r][i] : sums[r][i];
          vector output = finish >= RELU_GRADIENT ? load(outputs + (m + r) * outputs_row + column) : (vector)(0);
          store(p, finish_vector(x, finish, output));
        }
  }

  /* The same for a few columns and b stored [columns, depth]: by dot products. Global: (rows). */
  kernel void narrow(int rows, int columns, int depth, global const float *restrict a, int a_row,
                     global const float *restrict b, int b_start, int b_row, int bias_start,
                     global float *restrict c, int c_row, int finish) {
    int m = get_global_id(0);
    if (m >= rows) return;
    for (int n = 0; n < columns; n++) {
      vector sum = 0;
      for (int k = 0; k < depth; k += WIDTH) sum += load(a + m * a_row + k) * load(b + b_start + n * b_row + k);
      c[m * c_row + n] = finish_float(b[bias_start + n] + total(sum), finish, 0);
    }
  }

  /* c = finish(a b^T), or finish(c + a b^T): c [rows, columns], a [rows, depth], b [columns, depth].
   * Global: (rows / BLOCK, columns / BLOCK). */
  kernel void back(int rows, int columns, int depth, global const float *restrict a, int a_row,
                   global const float *restrict b, int b_start, int b_row, global float *restrict c, int c_row,
                   int accumulates, int finish, global const float *restrict outputs, int outputs_row) {
    int m = BLOCK * get_global_id(0), n = BLOCK * get_global_id(1);
    if (m >= rows || n >= columns) return;
    vector sums[BLOCK][BLOCK];
    #pragma unroll
    for (int r = 0; r < BLOCK; r++)
      #pragma unroll
      for (int i = 0; i < BLOCK; i++) sums[r][i] = 0;
    global const float *right[BLOCK];
    #pragma unroll
    for (int i = 0; i < BLOCK; i++) right[i] = b + b_start + min(n + i, columns - 1) * b_row;
    for (int k = 0; k < depth; k += WIDTH) {
      vector v[BLOCK];
      #pragma unroll
      for (int i = 0; i < BLOCK; i++) v[i] = load(right[i] + k);
      #pragma unroll
      for (int r = 0; r < BLOCK; r++) {
        vector u = load(a + (m + r) * a_row + k);
        #pragma unroll
        for (int i = 0; i < BLOCK; i++) sums[r][i] += u * v[i];
      }
    }
    #pragma unroll
    for (int r = 0; r < BLOCK; r++)
      #pragma unroll
      for (int i = 0; i < BLOCK; i++)
        if (m + r < rows && n + i < columns) {
          global float *p = c + (m + r) * c_row + n + i;
          float x = accumulates ? *p + total(sums[r][i]) : total(sums[r][i]);
          float output = finish >= RELU_GRADIENT ? outputs[(m + r) * outputs_row + n + i] : 0;
          *p = finish_float(x, finish, output);
        }
  }

  /* sums = the sums of the columns of a [rows, columns]. Global: (columns / WIDTH). */
  kernel void column_sums(int rows, int columns, global const float *restrict a, int a_row,
                          global float *restrict sums, int start) {
    int n = WIDTH * get_global_id(0);
    if (n >= columns) return;
    vector sum = 0;
    for (int m = 0; m < rows; m++) sum += load(a + m * a_row + n);
    store(sums + start + n, sum);
  }

  /* a = finish(a), element by element; rows are a_row apart. Global: (rows, columns / WIDTH). */
  kernel void derivative(int rows, int columns, global float *restrict a, int a_row, int finish,
                         global const float *restrict outputs, int outputs_row) {
    int m = get_global_id(0), n = WIDTH * get_global_id(1);
    if (m >= rows || n >= columns) return;
    global float *p = a + m * a_row + n;
    store(p, finish_vector(load(p), finish, load(outputs + m * outputs_row + n)));
  }

  /* parts[i] = the sum of squares of a chunk. Global: (parts). */
  kernel void squares(int count, int chunk, global const float *restrict x, global float *restrict parts) {
    int begin = chunk * get_global_id(0), end = min(begin + chunk, count);
    vector sum = 0;
    for (int i = begin; i < end; i += WIDTH) sum += load(x + i) * load(x + i);
    parts[get_global_id(0)] = total(sum);
  }

  /* scale = what brings the norm down to `limit`, from the sums of squares. Global: (1). */
  kernel void clip(int parts, global const float *restrict sums, float limit, global float *restrict scale) {
    float sum = 0;
    for (int i = 0; i < parts; i++) sum += sums[i];
    *scale = min(1.0f, limit / (sqrt(sum) + 1e-6f));
  }

  /* A step of Adam as `ck_adam` has it; subnormal numbers are kept out for the same reason. Global: (count / WIDTH). */
  kernel void adam(int count, global const float *restrict gradients, global float *restrict first,
                   global float *restrict second, global float *restrict values, int is_clipped,
                   global const float *restrict scale, float one_minus_beta1, float one_minus_beta2,
                   float step_size, float root_scale, float epsilon) {
    int i = WIDTH * get_global_id(0);
    if (i >= count) return;
    vector g = load(gradients + i) * (is_clipped ? *scale : 1.0f);
    vector m = load(first + i), v = load(second + i);
    m += one_minus_beta1 * (g - m);
    m = fabs(m) < 0x1p-126f ? (vector)(0) : m;
    v += one_minus_beta2 * (g * g - v);
    v = max(v, (vector)(1e-35f));
    store(first + i, m);
    store(second + i, v);
    store(values + i, load(values + i) - step_size / (sqrt(v) * root_scale + epsilon) * m);
  }

  /* values += weight (others - values). Global: (count / WIDTH). */
  kernel void interpolate(int count, float weight, global const float *restrict others,
                          global float *restrict values) {
    int i = WIDTH * get_global_id(0);
    if (i >= count) return;
    vector v = load(values + i);
    store(values + i, v + weight * (load(others + i) - v));
  }
  """
