#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static const char YEAR[] = "2026.";

char *openvino_message(const char *text) { return strdup(text ? text : "unknown error"); }

char *openvino_check(const openvino_library *library, int status) {
  if (status == 0) return NULL;
  const char *text = library->api.ov_get_last_err_msg();
  char *copy = openvino_message(text && *text ? text : library->api.ov_get_error_info(status));
  if (text) library->api.ov_free(text);
  return copy;
}

static char *find_functions(void *handle, openvino_api *api) {
#define FIND(result, name, parameters) \
  if (!(api->name = (result(*) parameters)dlsym(handle, #name))) return openvino_message("it has no " #name);
  OPENVINO_FUNCTIONS(FIND)
#undef FIND
  return NULL;
}

static char *open_core(openvino_library *library) {
  char *error = openvino_check(library, library->api.ov_get_openvino_version(&library->version));
  if (error) return error;
  if (strncmp(library->version.build, YEAR, sizeof YEAR - 1) != 0)
    return openvino_message("the library is not of OpenVINO 2026");
  error = openvino_check(library, library->api.ov_core_create(&library->core));
  if (error) return error;
  return openvino_check(
      library, library->api.ov_core_get_property(
                   library->core, "CPU", "OPTIMIZATION_CAPABILITIES", &library->capabilities));
}

char *openvino_library_open(const char *path, openvino_library **result) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return openvino_message(dlerror());
  openvino_library *library = calloc(1, sizeof *library);
  if (!library) return openvino_message("out of memory");
  char *error = find_functions(handle, &library->api);
  if (!error) error = open_core(library);
  if (error) {
    free(library);
    return error;
  }
  *result = library;
  return NULL;
}

const char *openvino_library_version(const openvino_library *library) { return library->version.build; }
const char *openvino_library_capabilities(const openvino_library *library) { return library->capabilities; }
