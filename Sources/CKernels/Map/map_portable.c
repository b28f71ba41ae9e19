#define TARGET
#define LANES 4

#include "map_template.h"

static bool always(void) { return true; }

const ck_map_implementation ck_map_portable = {
    "portable", always, gather, blend, best, maximum, above, are_finite};
