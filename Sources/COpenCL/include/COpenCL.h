/* The calls of OpenCL 1.2 that Drivetrain needs, over a library loaded at run time.
 *
 * Types and numbers are those of the OpenCL specification, whose binary interface is fixed. The build needs
 * neither headers nor a library, and a machine without OpenCL only has fewer devices. */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct _cl_platform_id *cl_platform_id;
typedef struct _cl_device_id *cl_device_id;
typedef struct _cl_context *cl_context;
typedef struct _cl_command_queue *cl_command_queue;
typedef struct _cl_mem *cl_mem;
typedef struct _cl_program *cl_program;
typedef struct _cl_kernel *cl_kernel;
typedef struct _cl_event *cl_event;

/* Numbers of parameters and results. */
enum {
  OCL_DEVICE_NOT_FOUND = -1,
  OCL_PLATFORM_NOT_FOUND = -1001, /* There is no platform. */

  OCL_PLATFORM_VERSION = 0x0901,
  OCL_PLATFORM_NAME = 0x0902,

  OCL_DEVICE_TYPE = 0x1000,
  OCL_DEVICE_MAX_COMPUTE_UNITS = 0x1002,
  OCL_DEVICE_MAX_WORK_GROUP_SIZE = 0x1004,
  OCL_DEVICE_MAX_MEM_ALLOC_SIZE = 0x1010,
  OCL_DEVICE_GLOBAL_MEM_SIZE = 0x101F,
  OCL_DEVICE_NAME = 0x102B,
  OCL_DRIVER_VERSION = 0x102D,
  OCL_DEVICE_VERSION = 0x102F,
  OCL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT = 0x103A,

  OCL_PROGRAM_BINARY_SIZES = 0x1165,
  OCL_PROGRAM_BINARIES = 0x1166,
  OCL_PROGRAM_BUILD_LOG = 0x1183,

  OCL_EVENT_STATUS = 0x11D3,
  OCL_PROFILING_COMMAND_START = 0x1282,
  OCL_PROFILING_COMMAND_END = 0x1283,
};

static const uint64_t ocl_device_type_cpu = 1 << 1;
static const uint64_t ocl_device_type_all = 0xFFFFFFFF;
static const uint64_t ocl_queue_profiling = 1 << 1;
static const uint64_t ocl_memory_read_write = 1 << 0;

#pragma clang assume_nonnull begin

/* The functions, by their names without "cl". */
typedef struct ocl_functions {
  int32_t (*GetPlatformIDs)(uint32_t count, cl_platform_id _Nullable *_Nullable platforms, uint32_t *_Nullable found);
  int32_t (*GetPlatformInfo)(cl_platform_id, uint32_t name, size_t size, void *_Nullable value, size_t *_Nullable length);
  int32_t (*GetDeviceIDs)(
      cl_platform_id, uint64_t type, uint32_t count, cl_device_id _Nullable *_Nullable devices, uint32_t *_Nullable found);
  int32_t (*GetDeviceInfo)(cl_device_id, uint32_t name, size_t size, void *_Nullable value, size_t *_Nullable length);

  cl_context _Nullable (*_Nonnull CreateContext)(
      const intptr_t *_Nullable properties, uint32_t count, const cl_device_id _Nullable *_Nonnull devices,
      void *_Nullable notify, void *_Nullable user, int32_t *error);
  int32_t (*ReleaseContext)(cl_context);
  cl_command_queue _Nullable (*_Nonnull CreateCommandQueue)(cl_context, cl_device_id, uint64_t properties, int32_t *error);
  int32_t (*ReleaseCommandQueue)(cl_command_queue);
  cl_mem _Nullable (*_Nonnull CreateBuffer)(cl_context, uint64_t flags, size_t size, void *_Nullable host, int32_t *error);
  int32_t (*ReleaseMemObject)(cl_mem);

  cl_program _Nullable (*_Nonnull CreateProgramWithSource)(
      cl_context, uint32_t count, const char *_Nullable *_Nonnull sources, const size_t *lengths, int32_t *error);
  cl_program _Nullable (*_Nonnull CreateProgramWithBinary)(
      cl_context, uint32_t count, const cl_device_id _Nullable *_Nonnull devices, const size_t *lengths,
      const unsigned char *_Nullable *_Nonnull binaries, int32_t *statuses, int32_t *error);
  int32_t (*BuildProgram)(
      cl_program, uint32_t count, const cl_device_id _Nullable *_Nonnull devices, const char *options, void *_Nullable notify,
      void *_Nullable user);
  int32_t (*GetProgramInfo)(cl_program, uint32_t name, size_t size, void *_Nullable value, size_t *_Nullable length);
  int32_t (*GetProgramBuildInfo)(
      cl_program, cl_device_id, uint32_t name, size_t size, void *_Nullable value, size_t *_Nullable length);
  int32_t (*ReleaseProgram)(cl_program);

  cl_kernel _Nullable (*_Nonnull CreateKernel)(cl_program, const char *name, int32_t *error);
  int32_t (*SetKernelArg)(cl_kernel, uint32_t index, size_t size, const void *_Nullable value);
  int32_t (*ReleaseKernel)(cl_kernel);

  int32_t (*EnqueueWriteBuffer)(
      cl_command_queue, cl_mem, uint32_t blocking, size_t offset, size_t size, const void *source, uint32_t waits,
      const cl_event _Nullable *_Nullable list, cl_event _Nullable *_Nullable event);
  int32_t (*EnqueueReadBuffer)(
      cl_command_queue, cl_mem, uint32_t blocking, size_t offset, size_t size, void *destination, uint32_t waits,
      const cl_event _Nullable *_Nullable list, cl_event _Nullable *_Nullable event);
  int32_t (*EnqueueCopyBuffer)(
      cl_command_queue, cl_mem source, cl_mem destination, size_t source_offset, size_t destination_offset, size_t size,
      uint32_t waits, const cl_event _Nullable *_Nullable list, cl_event _Nullable *_Nullable event);
  int32_t (*EnqueueFillBuffer)(
      cl_command_queue, cl_mem, const void *pattern, size_t pattern_size, size_t offset, size_t size, uint32_t waits,
      const cl_event _Nullable *_Nullable list, cl_event _Nullable *_Nullable event);
  int32_t (*EnqueueNDRangeKernel)(
      cl_command_queue, cl_kernel, uint32_t dimensions, const size_t *_Nullable offset, const size_t *global,
      const size_t *local, uint32_t waits, const cl_event _Nullable *_Nullable list,
      cl_event _Nullable *_Nullable event);
  int32_t (*Finish)(cl_command_queue);

  int32_t (*GetEventInfo)(cl_event, uint32_t name, size_t size, void *_Nullable value, size_t *_Nullable length);
  int32_t (*GetEventProfilingInfo)(
      cl_event, uint32_t name, size_t size, void *_Nullable value, size_t *_Nullable length);
  int32_t (*ReleaseEvent)(cl_event);
} ocl_functions;

/* Loads the library, which is never unloaded. Called once.
 *
 * Returns its functions; or NULL, and a message that the caller frees with free(). */
const ocl_functions *_Nullable ocl_load(const char *path, char *_Nullable *_Nonnull message);

/* Tries a driver as a loader would: whether it loads, is an OpenCL driver, and has a platform.
 *
 * Returns NULL for success, or a message that the caller frees with free(). `error` receives OpenCL's error
 * number, or 0 for another failure. */
char *_Nullable ocl_try_driver(const char *path, int32_t *error);

#pragma clang assume_nonnull end
