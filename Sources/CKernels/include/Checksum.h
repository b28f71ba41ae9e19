/* CRC-32C (Castagnoli), as in iSCSI, ext4 and TensorFlow's records. */
#ifndef CKERNELS_CHECKSUM_H
#define CKERNELS_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ck_crc32c_implementation {
  const char *name;
  bool (*is_supported)(void);
  /* Extends a checksum by these bytes; 0 is the checksum of nothing. */
  uint32_t (*extend)(uint32_t checksum, const void *bytes, size_t count);
} ck_crc32c_implementation;

/* The implementations, the plainest first, the fastest last; NULL past the end. */
const ck_crc32c_implementation *ck_crc32c_implementation_at(int32_t index);

#endif
