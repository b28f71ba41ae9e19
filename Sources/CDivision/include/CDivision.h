/* Whole-number division for processors on which it can end the process.
 *
 * On x86-64, division by zero, and of the least number by −1, raises an exception, and by default a signal that ends the
 * process. Networks divide numbers that clients send. On AArch64 the quotient is 0 then, and so it is here after this. */
#ifndef CDIVISION_H
#define CDIVISION_H

/* Lets such divisions give 0, quotient and remainder, in all threads from now on. Whatever else raises SIGFPE goes where it
 * went before. May be called more than once. */
void division_make_total(void);

#endif
