#include "parameters_implementations.h"

static const ck_parameters_implementation *const implementations[] = {
    &ck_parameters_portable,
#if defined(__x86_64__)
    &ck_parameters_avx2,
    &ck_parameters_avx512,
#endif
};

const ck_parameters_implementation *ck_parameters_implementation_at(int32_t index) {
  int32_t count = sizeof implementations / sizeof implementations[0];
  return index >= 0 && index < count ? implementations[index] : NULL;
}
