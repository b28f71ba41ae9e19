#ifndef CKERNELS_H
#define CKERNELS_H

#include "Checksum.h"
#include "Gather.h"
#include "Libm.h"
#include "Normalise.h"
#include "Orient.h"
#include "Resize.h"

#endif
