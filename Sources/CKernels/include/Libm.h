/* Functions of the C library that Swift doesn't see, or that the compiler would replace. */
#ifndef CKERNELS_LIBM_H
#define CKERNELS_LIBM_H

#include <math.h>

/* The same results as sin() and cos(), at little more than the cost of one. */
static inline void ck_sine_cosine(double angle, double *sine, double *cosine) {
#ifdef __GLIBC__
  void sincos(double, double *, double *); /* Hidden by <math.h> unless GNU's names are enabled. */
  sincos(angle, sine, cosine);
#else
  *sine = sin(angle);
  *cosine = cos(angle);
#endif
}

/* pow() itself: with a constant exponent the compiler makes a product, which may round otherwise. */
static inline double ck_power(double base, double exponent) {
  volatile double unknown = exponent;
  return pow(base, unknown);
}

#endif
