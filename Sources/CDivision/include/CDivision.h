/* Integer division without traps.
 *
 * On x86-64, division by zero, and of the least number by −1, raises a signal, which by default ends the
 * process. Networks divide numbers that clients send. On AArch64 the quotient of a division by zero is 0;
 * here it is 0 in both cases. */
#ifndef CDIVISION_H
#define CDIVISION_H

/* Makes such divisions return 0, as quotient and remainder, in all threads from now on. Other causes of
 * SIGFPE reach the previous handler. May be called more than once. */
void division_make_total(void);

#endif
