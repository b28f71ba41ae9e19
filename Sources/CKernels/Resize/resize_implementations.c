#include "resize_implementations.h"

static const ck_resize_implementation *const implementations[] = {
    &ck_resize_portable,
#if defined(__x86_64__)
    &ck_resize_avx2,
#endif
};

const ck_resize_implementation *ck_resize_implementation_at(int32_t index) {
  int32_t count = sizeof implementations / sizeof implementations[0];
  return index >= 0 && index < count ? implementations[index] : NULL;
}
