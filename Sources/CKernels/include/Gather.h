/* Transitions of a replay table, gathered from any rows into the matrices of a minibatch. */
#ifndef CKERNELS_GATHER_H
#define CKERNELS_GATHER_H

#include <stddef.h>
#include <stdint.h>

/* A row holds floats: observation, next observation, action, reward, discount. The two large parts come first
 * so that reading them in whole vectors doesn't touch the row's next cache line. */
typedef struct ck_transition_layout {
  ptrdiff_t observation_size;
  ptrdiff_t action_size;
  /* The floats from one row to the next. */
  ptrdiff_t stride;
} ck_transition_layout;

/* The floats that may be read past the last row. */
enum { ck_gather_slack = 4 };

/* Row i of each matrix receives transition i. The matrices' rows are padded with zeros to a multiple
 * of four floats, which stay zeros; the two matrices of observations have the same stride. */
typedef struct ck_gather_destination {
  float *observations;
  float *next_observations;
  ptrdiff_t observation_stride;
  float *actions;
  ptrdiff_t action_stride;
  float *rewards;
  float *discounts;
} ck_gather_destination;

/* `indices[i]` is the row of transition i. */
void ck_gather_transitions(const float *rows, ck_transition_layout layout, const ptrdiff_t *indices,
                           ptrdiff_t count, ck_gather_destination destination);

#endif
