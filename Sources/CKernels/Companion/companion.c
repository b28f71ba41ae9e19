#include "../include/Companion.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* A job is posted by its owner, and belongs to whoever takes it: the companion, or the owner itself. */
enum { none, posted, taken, done };

static atomic_int state = none;
/* Written by the owner before it posts, read by the companion after it has taken. */
static void (*job_work)(const void *);
static const void *job_argument;

/* Whether some thread owns the companion. */
static atomic_flag owned = ATOMIC_FLAG_INIT;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool exists = false;
static atomic_bool sleeps = false;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;

/* About 50 microseconds: longer than what lies between two products of one update, and of no weight once a
 * training is over. */
enum { looks = 2000 };

static inline void rest(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static bool take(void) {
  int expected = posted;
  return atomic_compare_exchange_strong(&state, &expected, taken);
}

static void *live(void *unused) {
  (void)unused;
  for (;;) {
    for (int look = 0; look < looks; look++) {
      if (atomic_load_explicit(&state, memory_order_relaxed) == posted && take()) {
        job_work(job_argument);
        atomic_store_explicit(&state, done, memory_order_release);
        look = 0;
      }
      rest();
    }
    pthread_mutex_lock(&mutex);
    atomic_store(&sleeps, true);
    /* Whoever posts after this sees that it sleeps, and signals; what was posted before is seen here. */
    while (atomic_load(&state) != posted) pthread_cond_wait(&wake, &mutex);
    atomic_store(&sleeps, false);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

static void begin(void) {
  pthread_attr_t attributes;
  pthread_t thread;
  if (pthread_attr_init(&attributes) != 0) return;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  exists = pthread_create(&thread, &attributes, live, NULL) == 0;
  pthread_attr_destroy(&attributes);
}

void ck_companion_run(void (*work)(const void *), const void *first, const void *second) {
  pthread_once(&once, begin);
  if (!exists || atomic_flag_test_and_set_explicit(&owned, memory_order_acquire)) {
    work(first);
    work(second);
    return;
  }
  job_work = work;
  job_argument = second;
  atomic_store(&state, posted);
  if (atomic_load(&sleeps)) {
    pthread_mutex_lock(&mutex);
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&mutex);
  }
  work(first);
  if (take()) {
    work(second);
  } else {
    while (atomic_load_explicit(&state, memory_order_acquire) != done) rest();
  }
  atomic_store(&state, none);
  atomic_flag_clear_explicit(&owned, memory_order_release);
}
