/* The reference: eight bytes at a time through eight tables. */
#include <pthread.h>
#include <string.h>

#include "../implementations.h"

/* tables[k][b]: the remainder of byte b followed by k zero bytes. */
static uint32_t tables[8][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill_tables(void) {
  const uint32_t reversed_polynomial = 0x82F63B78;
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t remainder = byte;
    for (int bit = 0; bit < 8; bit++)
      remainder = (remainder >> 1) ^ (remainder & 1 ? reversed_polynomial : 0);
    tables[0][byte] = remainder;
  }
  for (int k = 1; k < 8; k++) {
    for (uint32_t byte = 0; byte < 256; byte++) {
      uint32_t shorter = tables[k - 1][byte];
      tables[k][byte] = (shorter >> 8) ^ tables[0][shorter & 0xFF];
    }
  }
}

static bool always(void) { return true; }

static uint32_t extend(uint32_t checksum, const void *bytes, size_t count) {
  pthread_once(&once, fill_tables);
  const uint8_t *byte = bytes;
  uint32_t remainder = ~checksum;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  for (; count >= 8; count -= 8, byte += 8) {
    uint64_t word;
    memcpy(&word, byte, 8);
    word ^= remainder;
    remainder = 0;
    for (int k = 0; k < 8; k++) remainder ^= tables[7 - k][(word >> (8 * k)) & 0xFF];
  }
#endif
  for (; count > 0; count--, byte++)
    remainder = (remainder >> 8) ^ tables[0][(remainder ^ *byte) & 0xFF];
  return ~remainder;
}

const ck_crc32c_implementation ck_crc32c_portable = {"portable", always, extend};
