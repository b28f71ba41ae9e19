#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { ALL_OPTIMIZATIONS = 99 };

typedef struct {
  char **names;
  ort_tensor *tensors;
  size_t count;
} ports;

struct ort_session {
  ort_library *library;
  void *handle;
  ports inputs, outputs;
};

/* Positions in the table that differ between inputs and outputs. */
typedef struct {
  int count, type, name;
} port_slots;

static const port_slots INPUT_SLOTS = {30, 33, 36}, OUTPUT_SLOTS = {31, 34, 37};

static char *read_type(const ort_session *session, int slot, size_t index, ort_tensor *tensor) {
  const ort_library *library = session->library;
  void *type = NULL;
  char *error = ort_check(library, SLOT(library, slot, void *(*)(void *, size_t, void **))(session->handle, index, &type));
  if (error) return error;
  const void *info = NULL; /* NULL for a sequence, a map and the like. */
  error = ort_check(library, SLOT(library, 55, void *(*)(void *, const void **))(type, &info));
  size_t rank = 0;
  int32_t element = 0;
  if (!error && info) error = ort_check(library, SLOT(library, 60, void *(*)(const void *, int32_t *))(info, &element));
  if (!error && info) error = ort_check(library, SLOT(library, 61, void *(*)(const void *, size_t *))(info, &rank));
  if (!error && rank > ORT_MAXIMUM_RANK) error = ort_message("a tensor has more than 8 dimensions");
  if (!error && info)
    error = ort_check(library, SLOT(library, 62, void *(*)(const void *, int64_t *, size_t))(info, tensor->shape, rank));
  tensor->element = element;
  tensor->rank = (int32_t)rank;
  SLOT(library, 98, void (*)(void *))(type);
  return error;
}

static char *read_ports(ort_session *session, port_slots slots, ports *ports) {
  const ort_library *library = session->library;
  size_t count = 0;
  char *error = ort_check(library, SLOT(library, slots.count, void *(*)(void *, size_t *))(session->handle, &count));
  if (error) return error;
  ports->names = calloc(count ? count : 1, sizeof *ports->names);
  ports->tensors = calloc(count ? count : 1, sizeof *ports->tensors);
  if (!ports->names || !ports->tensors) return ort_message("out of memory");
  ports->count = count;
  for (size_t i = 0; i < count && !error; i++) {
    error = ort_check(
        library, SLOT(library, slots.name, void *(*)(void *, size_t, void *, char **))(
                     session->handle, i, library->allocator, &ports->names[i]));
    if (!error) error = read_type(session, slots.type, i, &ports->tensors[i]);
  }
  return error;
}

static void free_ports(ort_session *session, ports *ports) {
  const ort_library *library = session->library;
  for (size_t i = 0; i < ports->count; i++)
    if (ports->names[i]) SLOT(library, 76, void *(*)(void *, void *))(library->allocator, ports->names[i]);
  free(ports->names);
  free(ports->tensors);
}

char *ort_session_create(ort_library *library, const char *model_path, int threads, ort_session **result) {
  void *options = NULL;
  char *error = ort_check(library, SLOT(library, 10, void *(*)(void **))(&options));
  if (error) return error;
  ort_session *session = calloc(1, sizeof *session);
  if (!session) error = ort_message("out of memory");
  if (!error) {
    session->library = library;
    error = ort_check(library, SLOT(library, 23, void *(*)(void *, int))(options, ALL_OPTIMIZATIONS));
  }
  if (!error) error = ort_check(library, SLOT(library, 24, void *(*)(void *, int))(options, threads));
  if (!error) error = ort_check(library, SLOT(library, 25, void *(*)(void *, int))(options, 1));
  /* The runtime's own arena keeps the memory of its largest request for ever; malloc returns it. */
  if (!error) error = ort_check(library, SLOT(library, 19, void *(*)(void *))(options));
  /* Threads spin between the operators of a run, but not after it: other stages need the cores. */
  if (!error)
    error = ort_check(
        library, SLOT(library, 130, void *(*)(void *, const char *, const char *))(
                     options, "session.force_spinning_stop", "1"));
  if (!error)
    error = ort_check(
        library, SLOT(library, 7, void *(*)(void *, const char *, const void *, void **))(
                     library->env, model_path, options, &session->handle));
  SLOT(library, 100, void (*)(void *))(options);
  if (!error) error = read_ports(session, INPUT_SLOTS, &session->inputs);
  if (!error) error = read_ports(session, OUTPUT_SLOTS, &session->outputs);
  if (error) {
    ort_session_destroy(session);
    return error;
  }
  *result = session;
  return NULL;
}

void ort_session_destroy(ort_session *session) {
  if (!session) return;
  free_ports(session, &session->inputs);
  free_ports(session, &session->outputs);
  if (session->handle) SLOT(session->library, 95, void (*)(void *))(session->handle);
  free(session);
}

size_t ort_session_input_count(const ort_session *session) { return session->inputs.count; }
size_t ort_session_output_count(const ort_session *session) { return session->outputs.count; }

const char *ort_session_input_name(const ort_session *session, size_t index) {
  return session->inputs.names[index];
}

const char *ort_session_output_name(const ort_session *session, size_t index) {
  return session->outputs.names[index];
}

ort_tensor ort_session_input(const ort_session *session, size_t index) { return session->inputs.tensors[index]; }
ort_tensor ort_session_output(const ort_session *session, size_t index) { return session->outputs.tensors[index]; }

static char *wrap(const ort_library *library, const ort_tensor *tensor, void **value) {
  return ort_check(
      library,
      SLOT(library, 49, void *(*)(const void *, void *, size_t, const int64_t *, size_t, int32_t, void **))(
          library->cpu_memory, tensor->data, tensor->bytes, tensor->shape, (size_t)tensor->rank, tensor->element,
          value));
}

/* Describes an output that the runtime has allocated. */
static char *unwrap(const ort_library *library, void *value, ort_tensor *tensor) {
  void *info = NULL;
  char *error = ort_check(library, SLOT(library, 65, void *(*)(const void *, void **))(value, &info));
  if (error) return error;
  size_t rank = 0;
  error = ort_check(library, SLOT(library, 60, void *(*)(const void *, int32_t *))(info, &tensor->element));
  if (!error) error = ort_check(library, SLOT(library, 61, void *(*)(const void *, size_t *))(info, &rank));
  if (!error && rank > ORT_MAXIMUM_RANK) error = ort_message("an output has more than 8 dimensions");
  if (!error)
    error = ort_check(library, SLOT(library, 62, void *(*)(const void *, int64_t *, size_t))(info, tensor->shape, rank));
  if (!error) error = ort_check(library, SLOT(library, 51, void *(*)(void *, void **))(value, &tensor->data));
  tensor->rank = (int32_t)rank;
  SLOT(library, 99, void (*)(void *))(info);
  return error;
}

char *ort_session_run(ort_session *session, const ort_tensor *inputs, ort_tensor *outputs, void **values) {
  const ort_library *library = session->library;
  size_t input_count = session->inputs.count, output_count = session->outputs.count;
  void *given[input_count ? input_count : 1];
  memset(given, 0, sizeof given);
  memset(values, 0, output_count * sizeof *values);
  char *error = NULL;
  for (size_t i = 0; i < input_count && !error; i++) error = wrap(library, &inputs[i], &given[i]);
  if (!error)
    error = ort_check(
        library,
        SLOT(library, 9,
             void *(*)(void *, const void *, char *const *, void *const *, size_t, char *const *, size_t, void **))(
            session->handle, NULL, session->inputs.names, given, input_count, session->outputs.names,
            output_count, values));
  for (size_t i = 0; i < output_count && !error; i++)
    error = values[i] ? unwrap(library, values[i], &outputs[i]) : ort_message("an output was not made");
  for (size_t i = 0; i < input_count; i++) ort_value_release(library, given[i]);
  for (size_t i = 0; i < output_count && error; i++) ort_value_release(library, values[i]);
  return error;
}

void ort_value_release(const ort_library *library, void *value) {
  if (value) SLOT(library, 96, void (*)(void *))(value);
}
