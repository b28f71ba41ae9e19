#define _GNU_SOURCE
#include "CCores.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

/* The first cores represent those of a larger machine. */
enum { most_cores = 64 };

/* 40 sums, all in registers: enough to keep every unit of a core busy. */
enum { vectors = 10, steps = 1000 };

/* The least of several batches counts: a thread may lose its core for a while. */
enum { batches = 8, messages = 200 };

static const double seconds_of_speed = 3e-3;

/* The longest measurement. A host may run two cores in turns, and then each message takes milliseconds. */
static const double most_seconds_of_distance = 20e-3;
enum { looks_for_each_clock = 1024 };

typedef float vector __attribute__((vector_size(16)));

enum { wait_for_all, begin, give_up };

typedef struct {
  atomic_int signal;
  atomic_bool is_late;
} team;

typedef struct worker {
  pthread_t thread;
  team *team;
  struct worker *peer; /* NULL without one */
  bool is_first;       /* of the two */
  double speed, distance;
  _Alignas(128) atomic_int inbox; /* on a cache line of its own */
} worker;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Independent multiplications and additions: two threads on one core get half each. */
static float calculate(float start) {
  vector sums[vectors];
  for (int i = 0; i < vectors; i++) sums[i] = (vector){start, 1, 2, (float)i};
  for (int step = 0; step < steps; step++) {
    for (int i = 0; i < vectors; i++) sums[i] = sums[i] * 0.999f + 0.5f;
  }
  for (int i = 1; i < vectors; i++) sums[0] += sums[i];
  return sums[0][0] + sums[0][1] + sums[0][2] + sums[0][3];
}

static double measure_speed(void) {
  double start = now(), time;
  volatile float sink = 0;
  long rounds = 0;
  do {
    sink = calculate((float)(rounds & 1));
    rounds++;
    time = now() - start;
  } while (time < seconds_of_speed);
  return (double)rounds / time;
}

static void send(worker *receiver, int message) {
  atomic_store_explicit(&receiver->inbox, message, memory_order_release);
}

/* Returns false at the deadline. */
static bool await(worker *self, int message, double latest) {
  for (int look = 1; atomic_load_explicit(&self->inbox, memory_order_acquire) != message; look++) {
    if (atomic_load_explicit(&self->team->is_late, memory_order_relaxed)) return false;
    if (look % looks_for_each_clock == 0 && now() > latest) atomic_store(&self->team->is_late, true);
  }
  return true;
}

/* Seconds for a message, while the peer does the same. */
static double measure_distance(worker *self) {
  double least = 1, begun = now(), latest = begun + most_seconds_of_distance;
  for (int batch = 0, message = 1; batch < batches; batch++) {
    double start = now();
    for (int i = 0; i < messages; i++, message++) {
      if (self->is_first) send(self->peer, message);
      if (!await(self, message, latest)) return (now() - begun) / (2 * message);
      if (!self->is_first) send(self->peer, message);
    }
    double seconds = (now() - start) / (2 * messages);
    if (seconds < least) least = seconds;
  }
  return least;
}

static void *measure(void *argument) {
  worker *self = argument;
  int signal;
  while ((signal = atomic_load(&self->team->signal)) == wait_for_all) sched_yield();
  if (signal == give_up) return NULL;
  if (self->peer != NULL) self->distance = measure_distance(self);
  self->speed = measure_speed();
  return NULL;
}

static bool start(worker *worker, int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  bool is_started = pthread_attr_setaffinity_np(&attributes, sizeof cores, &cores) == 0 &&
                    pthread_create(&worker->thread, &attributes, measure, worker) == 0;
  pthread_attr_destroy(&attributes);
  return is_started;
}

bool cores_measure(cores_conditions *conditions) {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return false;
  worker workers[most_cores] = {0};
  team team = {.signal = wait_for_all};
  int wanted = CPU_COUNT(&cores) < most_cores ? CPU_COUNT(&cores) : most_cores, count = 0;
  for (int i = 0; i < wanted; i++) {
    int peer = i ^ 1; /* its neighbour */
    workers[i].team = &team;
    workers[i].is_first = i < peer;
    if (peer < wanted) workers[i].peer = &workers[peer];
  }
  for (int core = 0; core < CPU_SETSIZE && count < wanted; core++) {
    if (!CPU_ISSET(core, &cores)) continue;
    if (!start(&workers[count], core)) break;
    count++;
  }
  atomic_store(&team.signal, count == wanted ? begin : give_up);
  for (int i = 0; i < count; i++) pthread_join(workers[i].thread, NULL);
  if (count < wanted || count == 0) return false;

  double speed = 0, distance = 0;
  int pairs = 0;
  for (int i = 0; i < count; i++) {
    speed += workers[i].speed;
    if (workers[i].peer == NULL || !workers[i].is_first) continue;
    distance += workers[i].distance;
    pairs++;
  }
  *conditions = (cores_conditions){.speed = speed, .distance = pairs > 0 ? distance / pairs : 0};
  return true;
}
