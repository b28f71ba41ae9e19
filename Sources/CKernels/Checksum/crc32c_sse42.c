/* The processor's own instruction: eight bytes in three cycles. */
#if defined(__x86_64__)
#include <nmmintrin.h>
#include <string.h>

#include "../implementations.h"

static bool has_sse42(void) { return __builtin_cpu_supports("sse4.2"); }

__attribute__((target("sse4.2"))) static uint32_t extend(uint32_t checksum, const void *bytes,
                                                          size_t count) {
  const uint8_t *byte = bytes;
  uint64_t remainder = (uint32_t)~checksum;
  for (; count >= 8; count -= 8, byte += 8) {
    uint64_t word;
    memcpy(&word, byte, 8);
    remainder = _mm_crc32_u64(remainder, word);
  }
  for (; count > 0; count--, byte++) remainder = _mm_crc32_u8((uint32_t)remainder, *byte);
  return ~(uint32_t)remainder;
}

const ck_crc32c_implementation ck_crc32c_sse42 = {"sse4.2", has_sse42, extend};
#endif
