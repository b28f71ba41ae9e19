/* What a machine's cores give just now.
 *
 * A virtual machine's cores are threads that its host moves about: two of them may share one physical core, or be so far apart that
 * whatever they tell each other takes six times as long. Nothing announces it; this measures it. */
#ifndef CCORES_H
#define CCORES_H

#include <stdbool.h>

typedef struct {
  /* Rounds of a fixed calculation a second, of all cores that the thread may use (64 of them at most), which do it at the same time. */
  double speed;
  /* Seconds until one core sees what another has written, of neighbours; 0 with one core. */
  double distance;
} cores_conditions;

/* Takes about 4 ms, 25 at most, and the cores for as long. False if threads can't be started or held on their cores. */
bool cores_measure(cores_conditions *conditions);

#endif
