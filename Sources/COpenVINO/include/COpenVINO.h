/* The calls of OpenVINO that Drivetrain needs, over a library loaded at run time.
 *
 * The build needs nothing of OpenVINO: functions are looked up by name. The numbers of its element types
 * change between years, so the library must be from a supported year.
 *
 * A function that can fail returns NULL for success, or a message that the caller frees with free(). */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct openvino_library openvino_library;
typedef struct openvino_model openvino_model;
typedef struct openvino_request openvino_request;

enum { OPENVINO_MAXIMUM_RANK = 8 };

/* The element types in use; the numbers are OpenVINO's. */
typedef enum {
  OPENVINO_BOOL = 1,
  OPENVINO_FLOAT16 = 3,
  OPENVINO_FLOAT32 = 4,
  OPENVINO_FLOAT64 = 5,
  OPENVINO_INT8 = 7,
  OPENVINO_INT16 = 8,
  OPENVINO_INT32 = 9,
  OPENVINO_INT64 = 10,
  OPENVINO_UINT8 = 16,
  OPENVINO_UINT16 = 17,
  OPENVINO_UINT32 = 18,
  OPENVINO_UINT64 = 19
} openvino_element;

typedef struct {
  void *data;
  size_t bytes; /* Of an input's data. */
  int32_t element;
  int32_t rank; /* -1 if the model has none */
  int64_t shape[OPENVINO_MAXIMUM_RANK]; /* -1 where free */
} openvino_tensor;

/* Loads the library; never unloaded. It finds its plugins beside itself. */
char *openvino_library_open(const char *path, openvino_library **library);
const char *openvino_library_version(const openvino_library *library);

/* The CPU's native abilities: words such as FP32 and BF16. */
const char *openvino_library_capabilities(const openvino_library *library);

/* Reads a model. It must outlive its requests. */
char *openvino_model_read(openvino_library *library, const char *path, openvino_model **model);
void openvino_model_destroy(openvino_model *model);

size_t openvino_model_input_count(const openvino_model *model);
size_t openvino_model_output_count(const openvino_model *model);
const char *openvino_model_input_name(const openvino_model *model, size_t index);
const char *openvino_model_output_name(const openvino_model *model, size_t index);

/* Element type (0 if it isn't a tensor's) and shape as the model declares them; `data` is NULL. */
openvino_tensor openvino_model_input(const openvino_model *model, size_t index);
openvino_tensor openvino_model_output(const openvino_model *model, size_t index);

/* Compiles the model for one caller at a time. Requests of one model may be created and run concurrently.
 *
 * `threads`, including the calling one, work together on one run. `precision` is "f32" or "bf16". */
char *openvino_request_create(
    openvino_model *model, int threads, const char *precision, openvino_request **request);
void openvino_request_destroy(openvino_request *request);

/* Runs the model once on the calling thread, which may vary.
 *
 * `inputs` and `outputs` follow the model's order. Outputs are described as the run made them, whatever the
 * model declares. Their memory is the request's and lives until its next run. */
char *openvino_request_run(openvino_request *request, const openvino_tensor *inputs, openvino_tensor *outputs);
