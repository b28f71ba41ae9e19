#include "crc32c_implementations.h"

static const ck_crc32c_implementation *const implementations[] = {
    &ck_crc32c_portable,
#if defined(__x86_64__)
    &ck_crc32c_sse42,
#endif
};

const ck_crc32c_implementation *ck_crc32c_implementation_at(int32_t index) {
  int32_t count = sizeof implementations / sizeof implementations[0];
  return index >= 0 && index < count ? implementations[index] : NULL;
}
