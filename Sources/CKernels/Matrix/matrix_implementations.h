#ifndef CKERNELS_MATRIX_IMPLEMENTATIONS_H
#define CKERNELS_MATRIX_IMPLEMENTATIONS_H

#include "../include/MatrixKernels.h"

extern const ck_matrix_implementation ck_matrix_portable;
#if defined(__x86_64__)
extern const ck_matrix_implementation ck_matrix_avx2;
extern const ck_matrix_implementation ck_matrix_avx512;
#endif

#endif
