#pragma once
#include "COnnxRuntime.h"

struct ort_library {
  const void *const *api;
  const char *version;
  void *env;
  void *cpu_memory;
  void *allocator;
};

/* The function at a position of the table, with the given type. */
#define SLOT(library, index, type) ((type)(library)->api[index])

/* A copy of the text for the caller to free. */
char *ort_message(const char *text);

/* NULL if the status is good; its message otherwise. Releases the status. */
char *ort_check(const ort_library *library, void *status);
