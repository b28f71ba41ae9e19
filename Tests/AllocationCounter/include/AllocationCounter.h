#pragma once

#include <stdint.h>

// How often the calling thread has asked for memory since it began: by malloc, calloc, realloc and the aligned ones.
//
// What is linked with this takes the place of the C library's functions in the whole program, shared libraries
// included, and hands each call on to it.
int64_t allocation_count(void);
