/* Deadlines of work. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Whether a time, in nanoseconds of CLOCK_MONOTONIC, has passed. */
static inline bool is_past(uint64_t deadline) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec > deadline;
}

#endif
