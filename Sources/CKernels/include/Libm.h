/* Functions of the C library that Swift doesn't see, or that the compiler would replace. */
#ifndef CKERNELS_LIBM_H
#define CKERNELS_LIBM_H

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

/* pow() itself: a compiler that knows the exponent makes a product of it, which may round otherwise. */
static inline double ck_power(double base, double exponent) {
  volatile double unknown = exponent;
  return pow(base, unknown);
}

#endif
