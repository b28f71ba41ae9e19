#ifndef CKERNELS_H
#define CKERNELS_H

#include "Checksum.h"
#include "Companion.h"
#include "Gather.h"
#include "Libm.h"
#include "Map.h"
#include "MatrixKernels.h"
#include "Normalise.h"
#include "Orient.h"
#include "ParameterKernels.h"
#include "Resize.h"

#endif
