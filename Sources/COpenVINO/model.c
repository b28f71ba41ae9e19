#include <stdlib.h>

#include "internal.h"

static char *read_shape(const openvino_library *library, const void *port, openvino_tensor *tensor) {
  ov_partial_shape shape;
  char *error = OPENVINO_CHECK(library, library->api.ov_port_get_partial_shape(port, &shape));
  if (error) return error;
  if (shape.rank.minimum != shape.rank.maximum) {
    tensor->rank = -1;
  } else if (shape.rank.maximum > OPENVINO_MAXIMUM_RANK) {
    error = openvino_message("a tensor has more than 8 dimensions");
  } else {
    tensor->rank = (int32_t)shape.rank.maximum;
    for (int32_t i = 0; i < tensor->rank; i++) {
      ov_range extent = shape.extents[i];
      tensor->shape[i] = extent.minimum == extent.maximum ? extent.maximum : -1;
    }
  }
  library->api.ov_partial_shape_free(&shape);
  return error;
}

/* Takes ownership of the port. */
static char *read_port(const openvino_library *library, void *port, char **name, openvino_tensor *tensor) {
  int element = 0;
  char *error = OPENVINO_CHECK(library, library->api.ov_port_get_any_name(port, name));
  if (!error) error = OPENVINO_CHECK(library, library->api.ov_port_get_element_type(port, &element));
  if (!error) error = read_shape(library, port, tensor);
  tensor->element = element;
  library->api.ov_output_const_port_free(port);
  return error;
}

static char *read_ports(
    openvino_model *model, int (*count_ports)(const void *, size_t *),
    int (*get_port)(const void *, size_t, void **), openvino_ports *ports) {
  const openvino_library *library = model->library;
  size_t count = 0;
  char *error = OPENVINO_CHECK(library, count_ports(model->handle, &count));
  if (error) return error;
  ports->names = calloc(count ? count : 1, sizeof *ports->names);
  ports->tensors = calloc(count ? count : 1, sizeof *ports->tensors);
  if (!ports->names || !ports->tensors) return openvino_message("out of memory");
  ports->count = count;
  for (size_t i = 0; i < count && !error; i++) {
    void *port = NULL;
    error = OPENVINO_CHECK(library, get_port(model->handle, i, &port));
    if (!error) error = read_port(library, port, &ports->names[i], &ports->tensors[i]);
  }
  return error;
}

static void free_ports(const openvino_library *library, openvino_ports *ports) {
  for (size_t i = 0; i < ports->count; i++)
    if (ports->names[i]) library->api.ov_free(ports->names[i]);
  free(ports->names);
  free(ports->tensors);
}

char *openvino_model_read(openvino_library *library, const char *path, openvino_model **result) {
  const openvino_api *api = &library->api;
  openvino_model *model = calloc(1, sizeof *model);
  if (!model) return openvino_message("out of memory");
  model->library = library;
  char *error = OPENVINO_CHECK(library, api->ov_core_read_model(library->core, path, NULL, &model->handle));
  if (!error)
    error = read_ports(model, api->ov_model_inputs_size, api->ov_model_const_input_by_index, &model->inputs);
  if (!error)
    error = read_ports(model, api->ov_model_outputs_size, api->ov_model_const_output_by_index, &model->outputs);
  if (error) {
    openvino_model_destroy(model);
    return error;
  }
  *result = model;
  return NULL;
}

void openvino_model_destroy(openvino_model *model) {
  if (!model) return;
  free_ports(model->library, &model->inputs);
  free_ports(model->library, &model->outputs);
  if (model->handle) model->library->api.ov_model_free(model->handle);
  free(model);
}

size_t openvino_model_input_count(const openvino_model *model) { return model->inputs.count; }
size_t openvino_model_output_count(const openvino_model *model) { return model->outputs.count; }

const char *openvino_model_input_name(const openvino_model *model, size_t index) {
  return model->inputs.names[index];
}

const char *openvino_model_output_name(const openvino_model *model, size_t index) {
  return model->outputs.names[index];
}

openvino_tensor openvino_model_input(const openvino_model *model, size_t index) {
  return model->inputs.tensors[index];
}

openvino_tensor openvino_model_output(const openvino_model *model, size_t index) {
  return model->outputs.tensors[index];
}
