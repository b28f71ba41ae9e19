#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static const char YEAR[] = "2026.";

char *openvino_message(const char *text) { return strdup(text ? text : "unknown error"); }

/* OpenVINO keeps one error text for the whole process. Another thread's call may fail before the text is
 * read, and some calls fail without a text. So a failed call is repeated, by one thread at a time, each time
 * after a failure with a known text. A different text from two repetitions in a row is the call's own. Other
 * threads can interfere at most once each, as they then wait here. */
static pthread_mutex_t failing = PTHREAD_MUTEX_INITIALIZER;
enum { ATTEMPTS = 8 };

static char *last_text(const openvino_library *library) {
  const char *text = library->api.ov_get_last_err_msg();
  char *copy = text && *text ? strdup(text) : NULL;
  if (text) library->api.ov_free(text);
  return copy;
}

/* The text of a deliberate failure, unique to it. */
static char *mark(const openvino_library *library) {
  char *value = NULL;
  library->api.ov_core_get_property(library->core, "NO SUCH DEVICE", "OPTIMIZATION_CAPABILITIES", &value);
  return last_text(library);
}

void openvino_failure_begin(openvino_failure *failure) {
  pthread_mutex_lock(&failing);
  *failure = (openvino_failure){0};
}

int openvino_failure_goes_on(const openvino_library *library, openvino_failure *failure) {
  if (failure->text || failure->attempts == ATTEMPTS) return 0;
  failure->attempts++;
  free(failure->mark);
  failure->mark = library->core ? mark(library) : NULL;
  return 1;
}

int openvino_failure_note(const openvino_library *library, openvino_failure *failure, int status) {
  failure->status = status;
  if (status == 0) return 1;
  char *text = last_text(library);
  int is_own = text && (!failure->mark || strcmp(text, failure->mark) != 0);
  if (is_own && failure->seen && strcmp(text, failure->seen) == 0) failure->text = strdup(text);
  free(failure->seen);
  failure->seen = is_own ? text : NULL;
  if (!is_own) free(text);
  return 0;
}

char *openvino_failure_end(const openvino_library *library, openvino_failure *failure) {
  pthread_mutex_unlock(&failing);
  char *text = NULL;
  if (failure->status)
    text = failure->text ? failure->text : openvino_message(library->api.ov_get_error_info(failure->status));
  else
    free(failure->text);
  free(failure->seen);
  free(failure->mark);
  return text;
}

static char *find_functions(void *handle, openvino_api *api) {
#define FIND(result, name, parameters) \
  if (!(api->name = (result(*) parameters)dlsym(handle, #name))) return openvino_message("it has no " #name);
  OPENVINO_FUNCTIONS(FIND)
#undef FIND
  return NULL;
}

static char *open_core(openvino_library *library) {
  char *error = OPENVINO_CHECK(library, library->api.ov_get_openvino_version(&library->version));
  if (error) return error;
  if (strncmp(library->version.build, YEAR, sizeof YEAR - 1) != 0)
    return openvino_message("the library is not of OpenVINO 2026");
  error = OPENVINO_CHECK(library, library->api.ov_core_create(&library->core));
  if (error) return error;
  return OPENVINO_CHECK(
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
