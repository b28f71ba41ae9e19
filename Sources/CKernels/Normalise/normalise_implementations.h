#ifndef CKERNELS_NORMALISE_IMPLEMENTATIONS_H
#define CKERNELS_NORMALISE_IMPLEMENTATIONS_H

#include "../include/Normalise.h"

extern const ck_normalise_implementation ck_normalise_portable;
#if defined(__x86_64__)
extern const ck_normalise_implementation ck_normalise_avx2;
#endif

#endif
