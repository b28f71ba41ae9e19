#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2")))
#define LANES 8

#include "map_template.h"

static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }

const ck_map_implementation ck_map_avx2 = {
    "avx2", has_avx2, gather, blend, best, maximum, above, are_finite};
#endif
