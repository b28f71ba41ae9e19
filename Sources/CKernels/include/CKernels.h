#ifndef CKERNELS_H
#define CKERNELS_H

#include "MatrixKernels.h"
#include "Normalise.h"
#include "Orient.h"
#include "ParameterKernels.h"
#include "Resize.h"

#endif
