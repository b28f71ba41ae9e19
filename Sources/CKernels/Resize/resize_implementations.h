#ifndef CKERNELS_RESIZE_IMPLEMENTATIONS_H
#define CKERNELS_RESIZE_IMPLEMENTATIONS_H

#include "../include/Resize.h"

extern const ck_resize_implementation ck_resize_portable;
#if defined(__x86_64__)
extern const ck_resize_implementation ck_resize_avx2;
#endif

/* Also the tail of the vector implementations. */
void ck_resize_portable_horizontal(const ck_resize_axis *axis, const uint8_t *source,
                                   ptrdiff_t source_row_bytes, int32_t rows, uint8_t *destination,
                                   ptrdiff_t destination_row_bytes);

#endif
