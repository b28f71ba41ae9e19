/* Our matrix kernels beside OpenBLAS, libxsmm and oneDNN on one thread, at the shapes of the layers of
 * small networks and in the three forms of an update. Prints a table in Markdown: the least time of the
 * rounds, which take turns, in microseconds, and GFLOP/s. See Benchmarks/matrix-multiply. */
#include <cblas.h>
#include <libxsmm.h>
#include <math.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CKernels.h"

enum form { forward, by_weights, by_inputs };
static const char *const form_names[] = {"Y = X W", "dW = Xᵀ dY", "dX = dY Wᵀ"};

/* C [m, n] = A [m, k] B [k, n], of which A or B may be stored transposed. */
typedef struct shape {
  enum form form;
  int m, n, k;
  bool a_is_transposed, b_is_transposed;
} shape;

typedef struct matrix {
  float *values;
  int rows, columns, stride;
} matrix;

enum { most = 4 };
static const char *const names[most] = {"own kernels", "OpenBLAS", "libxsmm", "oneDNN"};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* As Matrix.stride: whole vectors, an odd number of them in wide rows. */
static int stride(int columns) {
  int vectors = (columns + 15) / 16;
  return (vectors > 4 && vectors % 2 == 0 ? vectors + 1 : vectors) * 16;
}

static matrix make(int rows, int columns, bool fill) {
  matrix result = {NULL, rows, columns, stride(columns)};
  size_t bytes = sizeof(float) * (size_t)rows * (size_t)result.stride;
  result.values = aligned_alloc(64, bytes);
  memset(result.values, 0, bytes);
  for (int i = 0; fill && i < rows; i++)
    for (int j = 0; j < columns; j++)
      result.values[i * result.stride + j] = (float)(rand() % 2001 - 1000) / 1000;
  return result;
}

/* What each library needs to have prepared. */
typedef struct problem {
  shape shape;
  matrix a, b, b_transposed, c;
  const ck_matrix_implementation *kernels;
  libxsmm_smmfunction xsmm;
  dnnl_primitive_t primitive;
  dnnl_stream_t stream;
  dnnl_exec_arg_t arguments[3];
} problem;

static void run_own(problem *p) {
  shape s = p->shape;
  ck_product product = {
      .rows = s.m, .columns = s.n, .depth = s.k, .transposes_a = s.a_is_transposed,
      .a = p->a.values, .a_stride = p->a.stride, .b = p->b.values, .b_stride = p->b.stride,
      .c = p->c.values, .c_stride = p->c.stride};
  if (s.form == forward && s.n <= ck_narrow_columns) {
    /* Such layers keep W transposed. */
    product.b = p->b_transposed.values, product.b_stride = p->b_transposed.stride;
    p->kernels->multiply_by_transposed(&product);
  } else if (s.form == by_inputs && s.k <= ck_narrow_columns) {
    product.b = p->b_transposed.values, product.b_stride = p->b_transposed.stride;
    p->kernels->multiply(&product);
  } else if (s.form == by_inputs) {
    p->kernels->transpose(p->b.values, p->b.stride, p->b.rows, p->b.columns, p->b_transposed.values,
                          p->b_transposed.stride);
    product.b = p->b_transposed.values, product.b_stride = p->b_transposed.stride;
    p->kernels->multiply(&product);
  } else if (s.form == by_weights && s.n <= ck_narrow_columns) {
    /* The gradient of such a W is kept transposed too: dYᵀ X. */
    product.rows = s.n, product.columns = s.m;
    product.a = p->b.values, product.a_stride = p->b.stride;
    product.b = p->a.values, product.b_stride = p->a.stride;
    product.c_stride = stride(s.m);
    p->kernels->multiply(&product);
  } else {
    p->kernels->multiply(&product);
  }
}

static void run_openblas(problem *p) {
  shape s = p->shape;
  cblas_sgemm(CblasRowMajor, s.a_is_transposed ? CblasTrans : CblasNoTrans,
              s.b_is_transposed ? CblasTrans : CblasNoTrans, s.m, s.n, s.k, 1, p->a.values, p->a.stride,
              p->b.values, p->b.stride, 0, p->c.values, p->c.stride);
}

/* libxsmm knows columns first: our C is its Cᵀ = Bᵀ Aᵀ. It has no kernel for dX; it is given a W that has
 * been transposed for nothing. */
static void run_libxsmm(problem *p) {
  const float *b = p->shape.b_is_transposed ? p->b_transposed.values : p->b.values;
  p->xsmm(b, p->a.values, p->c.values);
}

static void run_onednn(problem *p) {
  dnnl_primitive_execute(p->primitive, p->stream, 3, p->arguments);
  dnnl_stream_wait(p->stream);
}

static void (*const runs[most])(problem *) = {run_own, run_openblas, run_libxsmm, run_onednn};

static dnnl_memory_desc_t description(matrix m, int rows, int columns, bool is_transposed) {
  dnnl_dims_t dims = {rows, columns};
  dnnl_dims_t strides = {is_transposed ? 1 : m.stride, is_transposed ? m.stride : 1};
  dnnl_memory_desc_t result;
  dnnl_memory_desc_init_by_strides(&result, 2, dims, dnnl_f32, strides);
  return result;
}

static void prepare(problem *p, dnnl_engine_t engine) {
  shape s = p->shape;
  p->a = s.a_is_transposed ? make(s.k, s.m, true) : make(s.m, s.k, true);
  p->b = s.b_is_transposed ? make(s.n, s.k, true) : make(s.k, s.n, true);
  p->b_transposed = make(p->b.columns, p->b.rows, false);
  for (int i = 0; i < p->b.rows; i++)
    for (int j = 0; j < p->b.columns; j++)
      p->b_transposed.values[j * p->b_transposed.stride + i] = p->b.values[i * p->b.stride + j];
  /* Room for the transposed result of a narrow layer too. */
  p->c = make(s.m > s.n ? s.m : s.n, s.m > s.n ? s.m : s.n, false);
  p->c.stride = stride(s.n);

  int lda = s.b_is_transposed ? p->b_transposed.stride : p->b.stride, ldb = p->a.stride, ldc = p->c.stride;
  float one = 1, zero = 0;
  int flags = s.a_is_transposed ? LIBXSMM_GEMM_FLAG_TRANS_B : LIBXSMM_GEMM_FLAG_NONE;
  p->xsmm = libxsmm_smmdispatch(s.n, s.m, s.k, &lda, &ldb, &ldc, &one, &zero, &flags, NULL);

  dnnl_memory_desc_t a = description(p->a, s.m, s.k, s.a_is_transposed);
  dnnl_memory_desc_t b = description(p->b, s.k, s.n, s.b_is_transposed);
  dnnl_memory_desc_t c = description(p->c, s.m, s.n, false);
  dnnl_matmul_desc_t operation;
  dnnl_primitive_desc_t primitive;
  dnnl_matmul_desc_init(&operation, &a, &b, NULL, &c);
  dnnl_primitive_desc_create(&primitive, &operation, NULL, engine, NULL);
  dnnl_primitive_create(&p->primitive, primitive);
  dnnl_stream_create(&p->stream, engine, dnnl_stream_default_flags);
  const dnnl_memory_desc_t *descriptions[3] = {&a, &b, &c};
  float *values[3] = {p->a.values, p->b.values, p->c.values};
  int arguments[3] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
  for (int i = 0; i < 3; i++) {
    p->arguments[i].arg = arguments[i];
    dnnl_memory_create(&p->arguments[i].memory, descriptions[i], engine, values[i]);
  }
}

/* Whether the latest product is right, by sums in double precision. */
static bool is_right(problem *p, bool result_is_transposed) {
  shape s = p->shape;
  for (int i = 0; i < s.m; i++)
    for (int j = 0; j < s.n; j++) {
      double sum = 0;
      for (int k = 0; k < s.k; k++) {
        double a = s.a_is_transposed ? p->a.values[k * p->a.stride + i] : p->a.values[i * p->a.stride + k];
        double b = s.b_is_transposed ? p->b.values[j * p->b.stride + k] : p->b.values[k * p->b.stride + j];
        sum += a * b;
      }
      float c = result_is_transposed ? p->c.values[j * stride(s.m) + i] : p->c.values[i * p->c.stride + j];
      if (fabs(c - sum) > 1e-5 * (s.k + 1)) return false;
    }
  return true;
}

static void compare(shape s, dnnl_engine_t engine, const ck_matrix_implementation *kernels, int rounds) {
  problem p = {.shape = s, .kernels = kernels};
  prepare(&p, engine);
  double work = 2.0 * s.m * s.n * s.k, best[most];
  int repetitions = (int)(2e6 / work) + 1;
  for (int library = 0; library < most; library++) {
    best[library] = INFINITY;
    if (library == 2 && !p.xsmm) continue;
    memset(p.c.values, 0, sizeof(float) * (size_t)s.m * (size_t)p.c.stride);
    runs[library](&p);
    bool narrow = library == 0 && s.form == by_weights && s.n <= ck_narrow_columns;
    if (!is_right(&p, narrow)) {
      fprintf(stderr, "%s is wrong\n", names[library]);
      exit(1);
    }
  }
  for (int round = 0; round < rounds; round++)
    for (int library = 0; library < most; library++) {
      if (library == 2 && !p.xsmm) continue;
      double begin = now();
      for (int i = 0; i < repetitions; i++) runs[library](&p);
      double time = (now() - begin) / repetitions;
      if (time < best[library]) best[library] = time;
    }
  printf("| %s | %d × %d × %d |", form_names[s.form], s.m, s.n, s.k);
  for (int library = 0; library < most; library++) {
    if (isinf(best[library])) printf(" – |");
    else printf(" %.2f (%.0f) |", best[library] / 1000, work / best[library]);
  }
  printf("\n");
  fflush(stdout);
}

int main(int count, char **arguments) {
  int rounds = count > 1 ? atoi(arguments[1]) : 100;
  const ck_matrix_implementation *kernels = NULL, *next;
  for (int i = 0; (next = ck_matrix_implementation_at(i)); i++)
    if (next->is_supported()) kernels = next;
  dnnl_engine_t engine;
  dnnl_engine_create(&engine, dnnl_cpu, 0);
  libxsmm_init();
  printf("Own kernels: %s. OpenBLAS: %s, %s. Microseconds (GFLOP/s), the least of %d rounds.\n\n", kernels->name,
         openblas_get_config(), openblas_get_corename(), rounds);
  printf("| | m × n × k |");
  for (int library = 0; library < most; library++) printf(" %s |", names[library]);
  printf("\n|---|---|---|---|---|---|\n");

  static const int layers[][2] = {{4, 64}, {64, 64}, {64, 2}, {4, 256}, {256, 256}, {256, 2}, {400, 300}};
  static const int batches[] = {64, 128, 256};
  for (int b = 0; b < 3; b++)
    for (int l = 0; l < 7; l++) {
      int batch = batches[b], in = layers[l][0], out = layers[l][1];
      compare((shape){forward, batch, out, in, false, false}, engine, kernels, rounds);
      compare((shape){by_weights, in, out, batch, true, false}, engine, kernels, rounds);
      /* Nobody asks for the derivative by the first layer's inputs. */
      if (in > 4) compare((shape){by_inputs, batch, in, out, false, true}, engine, kernels, rounds);
    }
  return 0;
}
