#include "implementations.h"

#if defined(__x86_64__)
#define ON_X86_64(...) , __VA_ARGS__
#else
#define ON_X86_64(...)
#endif

/* Defines ck_KIND_implementation_at. */
#define IMPLEMENTATIONS(kind, ...)                                                   \
  const ck_##kind##_implementation *ck_##kind##_implementation_at(int32_t index) {   \
    static const ck_##kind##_implementation *const all[] = {__VA_ARGS__};            \
    return index >= 0 && index < (int32_t)(sizeof all / sizeof *all) ? all[index] : NULL; \
  }

IMPLEMENTATIONS(crc32c, &ck_crc32c_portable ON_X86_64(&ck_crc32c_sse42))
IMPLEMENTATIONS(map, &ck_map_portable ON_X86_64(&ck_map_avx2))
IMPLEMENTATIONS(matrix, &ck_matrix_portable ON_X86_64(&ck_matrix_avx2, &ck_matrix_avx512))
IMPLEMENTATIONS(normalise, &ck_normalise_portable ON_X86_64(&ck_normalise_avx2))
IMPLEMENTATIONS(parameters, &ck_parameters_portable ON_X86_64(&ck_parameters_avx2, &ck_parameters_avx512))
IMPLEMENTATIONS(resize, &ck_resize_portable ON_X86_64(&ck_resize_avx2))
