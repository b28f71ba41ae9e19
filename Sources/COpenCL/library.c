#include "COpenCL.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const char *name;
  size_t offset;
} entry;

#define ENTRY(name) {"cl" #name, offsetof(ocl_functions, name)}

static const entry entries[] = {
    ENTRY(GetPlatformIDs), ENTRY(GetPlatformInfo), ENTRY(GetDeviceIDs), ENTRY(GetDeviceInfo),
    ENTRY(CreateContext), ENTRY(ReleaseContext), ENTRY(CreateCommandQueue), ENTRY(ReleaseCommandQueue),
    ENTRY(CreateBuffer), ENTRY(ReleaseMemObject), ENTRY(CreateProgramWithSource), ENTRY(CreateProgramWithBinary),
    ENTRY(BuildProgram), ENTRY(GetProgramInfo), ENTRY(GetProgramBuildInfo), ENTRY(ReleaseProgram),
    ENTRY(CreateKernel), ENTRY(SetKernelArg), ENTRY(ReleaseKernel), ENTRY(EnqueueWriteBuffer),
    ENTRY(EnqueueReadBuffer), ENTRY(EnqueueCopyBuffer), ENTRY(EnqueueFillBuffer), ENTRY(EnqueueNDRangeKernel),
    ENTRY(Finish), ENTRY(GetEventInfo), ENTRY(GetEventProfilingInfo), ENTRY(ReleaseEvent),
};

enum { ENTRY_COUNT = sizeof entries / sizeof entries[0] };
_Static_assert(ENTRY_COUNT * sizeof(void *) == sizeof(ocl_functions), "each function of the table is looked up");

const ocl_functions *ocl_load(const char *path, char **message) {
  static ocl_functions functions;
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    *message = strdup(dlerror());
    return NULL;
  }
  for (size_t i = 0; i < ENTRY_COUNT; i++) {
    void *function = dlsym(handle, entries[i].name);
    if (!function) {
      char text[160];
      snprintf(text, sizeof text, "the library has no %s: it is not OpenCL 1.2 or later", entries[i].name);
      *message = strdup(text);
      return NULL;
    }
    memcpy((char *)&functions + entries[i].offset, &function, sizeof function);
  }
  return &functions;
}

char *ocl_try_driver(const char *path, int32_t *error) {
  *error = 0;
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return strdup(dlerror());
  void *(*find)(const char *) = (void *(*)(const char *))dlsym(handle, "clGetExtensionFunctionAddress");
  if (!find) return strdup("the library has no clGetExtensionFunctionAddress: it is no OpenCL driver");
  int32_t (*get_platforms)(uint32_t, cl_platform_id *, uint32_t *) =
      (int32_t(*)(uint32_t, cl_platform_id *, uint32_t *))find("clIcdGetPlatformIDsKHR");
  if (!get_platforms) return strdup("the driver has no clIcdGetPlatformIDsKHR: loaders can't use it");
  uint32_t count = 0;
  *error = get_platforms(0, NULL, &count);
  if (*error) return strdup("the driver can't list its platforms");
  return count ? NULL : strdup("the driver has no platform");
}
