/* The implementations of each kind of kernel; those for x86_64 exist only there. */
#ifndef CKERNELS_IMPLEMENTATIONS_H
#define CKERNELS_IMPLEMENTATIONS_H

#include "include/CKernels.h"

extern const ck_crc32c_implementation ck_crc32c_portable, ck_crc32c_sse42;
extern const ck_map_implementation ck_map_portable, ck_map_avx2;
extern const ck_matrix_implementation ck_matrix_portable, ck_matrix_avx2, ck_matrix_avx512;
extern const ck_normalise_implementation ck_normalise_portable, ck_normalise_avx2;
extern const ck_parameters_implementation ck_parameters_portable, ck_parameters_avx2, ck_parameters_avx512;
extern const ck_resize_implementation ck_resize_portable, ck_resize_avx2;

/* Also the tail of the vector implementations. */
void ck_resize_portable_horizontal(const ck_resize_axis *axis, const uint8_t *source,
                                   ptrdiff_t source_row_bytes, int32_t rows, uint8_t *destination,
                                   ptrdiff_t destination_row_bytes);
/* The outputs from `first` of one row, from the line between the axes. */
void ck_resize_portable_line(const ck_resize_axis *columns, int32_t first, const int16_t *line, uint8_t *destination);

#endif
