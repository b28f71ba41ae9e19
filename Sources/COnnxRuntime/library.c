#include "internal.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Version 16 of the table has every slot used here and is served by every runtime since 1.16. */
enum { API_VERSION = 16, LOG_FATAL = 4 };

typedef struct {
  const void *const *(*get_api)(uint32_t version);
  const char *(*version)(void);
} api_base;

char *ort_message(const char *text) {
  char *copy = strdup(text ? text : "unknown error");
  return copy ? copy : NULL;
}

char *ort_check(const ort_library *library, void *status) {
  if (!status) return NULL;
  const char *(*message)(const void *) = SLOT(library, 2, const char *(*)(const void *));
  char *copy = ort_message(message(status));
  SLOT(library, 93, void (*)(void *))(status);
  return copy;
}

char *ort_library_open(const char *path, ort_library **result) {
  /* Disables reports of usage to Microsoft; the user can set it to 0. */
  setenv("ORT_DISABLE_TELEMETRY", "1", 0);
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return ort_message(dlerror());
  const api_base *(*get_base)(void) = (const api_base *(*)(void))dlsym(handle, "OrtGetApiBase");
  if (!get_base) return ort_message("the library has no OrtGetApiBase: it is not ONNX Runtime");
  const api_base *base = get_base();
  const void *const *api = base->get_api(API_VERSION);
  if (!api) return ort_message("the library is older than ONNX Runtime 1.16");

  ort_library *library = calloc(1, sizeof *library);
  if (!library) return ort_message("out of memory");
  library->api = api;
  library->version = base->version();
  char *error = ort_check(
      library, SLOT(library, 3, void *(*)(int, const char *, void **))(LOG_FATAL, "drivetrain", &library->env));
  if (!error)
    error = ort_check(library, SLOT(library, 69, void *(*)(int, int, void **))(0, 0, &library->cpu_memory));
  if (!error) error = ort_check(library, SLOT(library, 78, void *(*)(void **))(&library->allocator));
  if (error) {
    free(library);
    return error;
  }
  *result = library;
  return NULL;
}

const char *ort_library_version(const ort_library *library) { return library->version; }
