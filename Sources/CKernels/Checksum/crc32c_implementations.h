#ifndef CKERNELS_CRC32C_IMPLEMENTATIONS_H
#define CKERNELS_CRC32C_IMPLEMENTATIONS_H

#include "../include/Checksum.h"

extern const ck_crc32c_implementation ck_crc32c_portable;
#if defined(__x86_64__)
extern const ck_crc32c_implementation ck_crc32c_sse42;
#endif

#endif
