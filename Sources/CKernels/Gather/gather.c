#include "../include/Gather.h"

/* Clang's vectors: SSE on x86-64, NEON on ARM. Wider ones gain nothing: the time goes into waiting for rows
 * from memory. */
typedef float vector __attribute__((vector_size(16), aligned(4)));
typedef int32_t mask __attribute__((vector_size(16)));

/* The lines prefetched ahead of the copied one: more than a core can have in flight. */
enum { ahead = 32, line = 16, lines_of_a_row = 4 };

/* A mask of the row's lanes in its last, partly filled vector. */
static inline mask rest_of(ptrdiff_t size) {
  int32_t rest = (int32_t)(size & 3);
  return (mask){0, 1, 2, 3} < (mask){rest, rest, rest, rest};
}

static inline void copy(float *to, const float *from, ptrdiff_t size, mask rest) {
  ptrdiff_t i = 0;
  for (; i + 4 <= size; i += 4) *(vector *)(to + i) = *(const vector *)(from + i);
  if (i == size) return;
  vector last = *(const vector *)(from + i);
  *(vector *)(to + i) = (vector)((mask)last & rest);
}

/* In a longer row the hardware prefetcher takes over. */
static inline void prefetch(const float *row, ptrdiff_t stride) {
  ptrdiff_t lines = stride / line < lines_of_a_row ? stride / line : lines_of_a_row;
  __builtin_prefetch(row);
  for (ptrdiff_t i = 1; i < lines; i++) __builtin_prefetch(row + i * line);
}

void ck_gather_transitions(const float *rows, ck_transition_layout layout, const ptrdiff_t *indices,
                           ptrdiff_t count, ck_gather_destination destination) {
  const ptrdiff_t observation = layout.observation_size, action = layout.action_size;
  const ptrdiff_t stride = layout.stride;
  const mask observation_rest = rest_of(observation), action_rest = rest_of(action);
  for (ptrdiff_t i = 0; i < ahead && i < count; i++) prefetch(rows + indices[i] * stride, stride);
  for (ptrdiff_t i = 0; i < count; i++) {
    if (i + ahead < count) prefetch(rows + indices[i + ahead] * stride, stride);
    const float *row = rows + indices[i] * stride;
    const float *tail = row + 2 * observation;
    copy(destination.observations + i * destination.observation_stride, row, observation,
         observation_rest);
    copy(destination.next_observations + i * destination.observation_stride, row + observation,
         observation, observation_rest);
    if (action == 1) {
      destination.actions[i * destination.action_stride] = tail[0];
    } else {
      copy(destination.actions + i * destination.action_stride, tail, action, action_rest);
    }
    destination.rewards[i] = tail[action];
    destination.discounts[i] = tail[action + 1];
  }
}
