/* The calls of ONNX Runtime that Drivetrain needs, over a library loaded at run time.
 *
 * ONNX Runtime's C interface is one append-only table of functions, so positions never change their meaning.
 * The build needs no header; the library's wheels ship none.
 *
 * A function that can fail returns NULL for success, or a message that the caller frees with free(). */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct ort_library ort_library;
typedef struct ort_session ort_session;

enum { ORT_MAXIMUM_RANK = 8 };

/* The element types in use; the numbers are ONNX's. */
typedef enum {
  ORT_FLOAT32 = 1,
  ORT_UINT8 = 2,
  ORT_INT8 = 3,
  ORT_UINT16 = 4,
  ORT_INT16 = 5,
  ORT_INT32 = 6,
  ORT_INT64 = 7,
  ORT_BOOL = 9,
  ORT_FLOAT16 = 10,
  ORT_FLOAT64 = 11,
  ORT_UINT32 = 12,
  ORT_UINT64 = 13
} ort_element;

typedef struct {
  void *data;
  size_t bytes; /* Of an input's data. */
  int32_t element;
  int32_t rank;
  int64_t shape[ORT_MAXIMUM_RANK]; /* -1 where free */
} ort_tensor;

/* Loads the library; never unloaded. */
char *ort_library_open(const char *path, ort_library **library);
const char *ort_library_version(const ort_library *library);

/* Reads a model. `threads` work together on one run; 1 runs on the calling thread alone. */
char *ort_session_create(
    ort_library *library, const char *model_path, int threads, ort_session **session);
void ort_session_destroy(ort_session *session);

size_t ort_session_input_count(const ort_session *session);
size_t ort_session_output_count(const ort_session *session);
const char *ort_session_input_name(const ort_session *session, size_t index);
const char *ort_session_output_name(const ort_session *session, size_t index);

/* Element type and shape as the model declares them; `data` is NULL. */
ort_tensor ort_session_input(const ort_session *session, size_t index);
ort_tensor ort_session_output(const ort_session *session, size_t index);

/* Runs the model once. Any thread may call it, also several at once.
 *
 * `inputs` and `outputs` follow the session's order. Outputs are described as the run made them, whatever the
 * model declares. Their memory belongs to the values, one for each output, which the caller releases. */
char *ort_session_run(ort_session *session, const ort_tensor *inputs, ort_tensor *outputs, void **values);
void ort_value_release(const ort_library *library, void *value);
