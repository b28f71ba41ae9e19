#include "matrix_implementations.h"

static const ck_matrix_implementation *const implementations[] = {
    &ck_matrix_portable,
#if defined(__x86_64__)
    &ck_matrix_avx2,
    &ck_matrix_avx512,
#endif
};

const ck_matrix_implementation *ck_matrix_implementation_at(int32_t index) {
  int32_t count = sizeof implementations / sizeof implementations[0];
  return index >= 0 && index < count ? implementations[index] : NULL;
}
