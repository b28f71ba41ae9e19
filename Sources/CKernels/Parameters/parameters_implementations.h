#ifndef CKERNELS_PARAMETERS_IMPLEMENTATIONS_H
#define CKERNELS_PARAMETERS_IMPLEMENTATIONS_H

#include "../include/ParameterKernels.h"

extern const ck_parameters_implementation ck_parameters_portable;
#if defined(__x86_64__)
extern const ck_parameters_implementation ck_parameters_avx2;
extern const ck_parameters_implementation ck_parameters_avx512;
#endif

#endif
