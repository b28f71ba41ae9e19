#pragma once
#include "COpenVINO.h"

typedef struct {
  const char *key;
  const void *value;
} ov_property;

typedef struct {
  const char *build, *description;
} ov_version;

typedef struct {
  int64_t rank;
  const int64_t *extents;
} ov_shape;

typedef struct {
  int64_t minimum, maximum; /* Free where they differ. */
} ov_range;

typedef struct {
  ov_range rank;
  ov_range *extents;
} ov_partial_shape;

/* Result, name and parameters of OpenVINO's functions in use; all handles are opaque. */
#define OPENVINO_FUNCTIONS(F)                                                                               \
  F(const char *, ov_get_last_err_msg, (void))                                                              \
  F(const char *, ov_get_error_info, (int status))                                                          \
  F(void, ov_free, (const char *text))                                                                      \
  F(int, ov_get_openvino_version, (ov_version * version))                                                   \
  F(void, ov_version_free, (ov_version * version))                                                          \
  F(int, ov_core_create, (void **core))                                                                     \
  F(int, ov_core_get_property, (const void *core, const char *device, const char *key, char **value))       \
  F(int, ov_core_read_model, (const void *core, const char *path, const char *weights, void **model))       \
  F(void, ov_model_free, (void *model))                                                                     \
  F(int, ov_model_inputs_size, (const void *model, size_t *count))                                          \
  F(int, ov_model_outputs_size, (const void *model, size_t *count))                                         \
  F(int, ov_model_const_input_by_index, (const void *model, size_t index, void **port))                     \
  F(int, ov_model_const_output_by_index, (const void *model, size_t index, void **port))                    \
  F(int, ov_port_get_any_name, (const void *port, char **name))                                             \
  F(int, ov_port_get_element_type, (const void *port, int *element))                                        \
  F(int, ov_port_get_partial_shape, (const void *port, ov_partial_shape *shape))                            \
  F(void, ov_partial_shape_free, (ov_partial_shape * shape))                                                \
  F(void, ov_output_const_port_free, (void *port))                                                          \
  F(int, ov_core_compile_model_props,                                                                       \
    (const void *core, const void *model, const char *device, size_t count, const ov_property *properties,  \
     void **compiled))                                                                                      \
  F(void, ov_compiled_model_free, (void *compiled))                                                         \
  F(int, ov_compiled_model_create_infer_request, (const void *compiled, void **request))                    \
  F(void, ov_infer_request_free, (void *request))                                                           \
  F(int, ov_infer_request_set_input_tensor_by_index, (void *request, size_t index, const void *tensor))     \
  F(int, ov_infer_request_get_output_tensor_by_index, (const void *request, size_t index, void **tensor))   \
  F(int, ov_infer_request_infer, (void *request))                                                           \
  F(int, ov_tensor_create_from_host_ptr, (int element, ov_shape shape, void *data, void **tensor))          \
  F(int, ov_tensor_get_element_type, (const void *tensor, int *element))                                    \
  F(int, ov_tensor_get_shape, (const void *tensor, ov_shape *shape))                                        \
  F(int, ov_tensor_get_size, (const void *tensor, size_t *count))                                           \
  F(int, ov_shape_free, (ov_shape * shape))                                                                 \
  F(int, ov_tensor_data, (const void *tensor, void **data))                                                 \
  F(void, ov_tensor_free, (void *tensor))

typedef struct {
#define MEMBER(result, name, parameters) result(*name) parameters;
  OPENVINO_FUNCTIONS(MEMBER)
#undef MEMBER
} openvino_api;

struct openvino_library {
  openvino_api api;
  ov_version version;
  void *core;
  char *capabilities;
};

typedef struct {
  char **names;
  openvino_tensor *tensors;
  size_t count;
} openvino_ports;

struct openvino_model {
  const openvino_library *library;
  void *handle;
  openvino_ports inputs, outputs;
};

/* A copy of the text for the caller to free. */
char *openvino_message(const char *text);

/* A failed call, repeated to find its message. */
typedef struct {
  char *mark, *seen, *text;
  int status, attempts;
} openvino_failure;

void openvino_failure_begin(openvino_failure *failure);
int openvino_failure_goes_on(const openvino_library *library, openvino_failure *failure);
/* Returns whether the call succeeded this time. */
int openvino_failure_note(const openvino_library *library, openvino_failure *failure, int status);
char *openvino_failure_end(const openvino_library *library, openvino_failure *failure);

/* NULL if the call succeeds; otherwise OpenVINO's message. The call may run several times. */
#define OPENVINO_CHECK(library, call)                                          \
  ({                                                                           \
    char *reason = NULL;                                                       \
    if ((call) != 0) {                                                         \
      openvino_failure failure;                                                \
      openvino_failure_begin(&failure);                                        \
      while (openvino_failure_goes_on(library, &failure))                      \
        if (openvino_failure_note(library, &failure, (call))) break;           \
      reason = openvino_failure_end(library, &failure);                        \
    }                                                                          \
    reason;                                                                    \
  })
