#include "normalise_implementations.h"

static const ck_normalise_implementation *const implementations[] = {
    &ck_normalise_portable,
#if defined(__x86_64__)
    &ck_normalise_avx2,
#endif
};

const ck_normalise_implementation *ck_normalise_implementation_at(int32_t index) {
  int32_t count = sizeof implementations / sizeof implementations[0];
  return index >= 0 && index < count ? implementations[index] : NULL;
}
