#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

struct openvino_request {
  const openvino_model *model;
  void *compiled;
  void *handle;
};

char *openvino_request_create(
    openvino_model *model, int threads, const char *precision, openvino_request **result) {
  const openvino_library *library = model->library;
  openvino_request *request = calloc(1, sizeof *request);
  if (!request) return openvino_message("out of memory");
  request->model = model;
  char count[16];
  snprintf(count, sizeof count, "%d", threads);
  /* With one stream a run stays on the calling thread; with more it moves to one of OpenVINO's. */
  const ov_property properties[] = {
      {"NUM_STREAMS", "1"},
      {"INFERENCE_NUM_THREADS", count},
      {"INFERENCE_PRECISION_HINT", precision},
      {"ENABLE_CPU_PINNING", "NO"},
  };
  char *error = OPENVINO_CHECK(
      library, library->api.ov_core_compile_model_props(
                   library->core, model->handle, "CPU", sizeof properties / sizeof *properties, properties,
                   &request->compiled));
  if (!error)
    error = OPENVINO_CHECK(
        library, library->api.ov_compiled_model_create_infer_request(request->compiled, &request->handle));
  if (error) {
    openvino_request_destroy(request);
    return error;
  }
  *result = request;
  return NULL;
}

void openvino_request_destroy(openvino_request *request) {
  if (!request) return;
  const openvino_api *api = &request->model->library->api;
  if (request->handle) api->ov_infer_request_free(request->handle);
  if (request->compiled) api->ov_compiled_model_free(request->compiled);
  free(request);
}

/* Lets the request read the tensor's own memory. */
static char *attach(const openvino_request *request, size_t index, const openvino_tensor *tensor) {
  const openvino_library *library = request->model->library;
  const openvino_api *api = &library->api;
  ov_shape shape = {tensor->rank, tensor->shape};
  void *wrapped = NULL;
  char *error = OPENVINO_CHECK(
      library, api->ov_tensor_create_from_host_ptr(tensor->element, shape, tensor->data, &wrapped));
  if (error) return error;
  error = OPENVINO_CHECK(library, api->ov_infer_request_set_input_tensor_by_index(request->handle, index, wrapped));
  api->ov_tensor_free(wrapped);
  return error;
}

/* Describes an output as the run made it. */
static char *describe(const openvino_request *request, size_t index, openvino_tensor *tensor) {
  const openvino_library *library = request->model->library;
  const openvino_api *api = &library->api;
  void *output = NULL;
  char *error = OPENVINO_CHECK(
      library, api->ov_infer_request_get_output_tensor_by_index(request->handle, index, &output));
  if (error) return error;
  ov_shape shape = {0, NULL};
  int element = 0;
  error = OPENVINO_CHECK(library, api->ov_tensor_get_element_type(output, &element));
  size_t count = 0;
  if (!error) error = OPENVINO_CHECK(library, api->ov_tensor_get_size(output, &count));
  if (!error) error = OPENVINO_CHECK(library, api->ov_tensor_get_shape(output, &shape));
  if (error && count == 1) {
    /* A scalar has no extents, and this library's C layer no shape for it. */
    free(error);
    error = NULL;
  }
  if (!error && shape.rank > OPENVINO_MAXIMUM_RANK)
    error = openvino_message("an output has more than 8 dimensions");
  tensor->element = element;
  tensor->rank = error ? 0 : (int32_t)shape.rank;
  int is_empty = 0;
  for (int32_t i = 0; i < tensor->rank; i++) {
    tensor->shape[i] = shape.extents[i];
    is_empty |= shape.extents[i] == 0;
  }
  tensor->data = NULL;
  if (!error && !is_empty) error = OPENVINO_CHECK(library, api->ov_tensor_data(output, &tensor->data));
  if (shape.extents) api->ov_shape_free(&shape);
  api->ov_tensor_free(output);
  return error;
}

char *openvino_request_run(openvino_request *request, const openvino_tensor *inputs, openvino_tensor *outputs) {
  const openvino_library *library = request->model->library;
  size_t input_count = request->model->inputs.count, output_count = request->model->outputs.count;
  char *error = NULL;
  for (size_t i = 0; i < input_count && !error; i++) error = attach(request, i, &inputs[i]);
  if (!error) error = OPENVINO_CHECK(library, library->api.ov_infer_request_infer(request->handle));
  for (size_t i = 0; i < output_count && !error; i++) error = describe(request, i, &outputs[i]);
  return error;
}
