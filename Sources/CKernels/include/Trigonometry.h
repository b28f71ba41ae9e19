/* Sine and cosine of one angle in one call. */
#ifndef CKERNELS_TRIGONOMETRY_H
#define CKERNELS_TRIGONOMETRY_H

#include <math.h>

/* The same numbers as sin() and cos() give, for little more than one of them costs. */
static inline void ck_sine_cosine(double angle, double *sine, double *cosine) {
#ifdef __GLIBC__
  void sincos(double, double *, double *); /* Hidden by <math.h> unless it is asked for GNU's. */
  sincos(angle, sine, cosine);
#else
  *sine = sin(angle);
  *cosine = cos(angle);
#endif
}

#endif
