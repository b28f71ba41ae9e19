/* The current performance of a machine's cores.
 *
 * A host moves a virtual machine's cores: two of them may share a physical core, or be so far apart that
 * messages take six times as long. Only a measurement shows it. */
#ifndef CCORES_H
#define CCORES_H

#include <stdbool.h>

typedef struct {
  /* Rounds of a fixed calculation a second, of all usable cores at once (at most 64). */
  double speed;
  /* Seconds until a core sees its neighbour's write; 0 with one core. */
  double distance;
} cores_conditions;

/* Takes all cores for about 4 ms, at most 25. False if threads can't be started or pinned to cores. */
bool cores_measure(cores_conditions *conditions);

#endif
