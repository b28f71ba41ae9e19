#include "../include/Companion.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* A job is posted by its owner and run by its taker: the companion, or the owner itself. */
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

/* About 50 microseconds: longer than the gap between two products of one update, and negligible after a
 * training. */
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
    /* A later poster sees that this thread sleeps, and signals. An earlier job is seen here. */
    while (atomic_load(&state) != posted) pthread_cond_wait(&wake, &mutex);
    atomic_store(&sleeps, false);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

static long long now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* A companion doesn't pay when another process competes for a core: the owner waits for a half that was taken
 * and interrupted, or is interrupted by its companion. So the owner measures its losses over some
 * milliseconds. If they are too large it goes on alone, for a time that makes the loss small and then
 * doubles. Used by the owner alone. */
enum { window = 10000000, longest_alone = 2000000000, part = 4, rests = 25 };

static long long alone_until, alone_for;
static long long window_begin, window_cpu, window_waited;
static pthread_t window_owner;

static void begin_window(long long time) {
  window_begin = time;
  window_owner = pthread_self();
  window_cpu = now(CLOCK_THREAD_CPUTIME_ID);
  window_waited = 0;
}

/* Judges shared work, of which `waited` went into waiting for the companion's half. */
static void judge(long long time, long long waited) {
  window_waited += waited;
  long long length = time - window_begin;
  if (length < window) return;
  long long lost = length - (now(CLOCK_THREAD_CPUTIME_ID) - window_cpu) + window_waited;
  if (lost * part > length) {
    alone_for = alone_for ? 2 * alone_for : rests * lost;
    if (alone_for > longest_alone) alone_for = longest_alone;
    alone_until = time + alone_for;
  } else {
    alone_for /= 2;
  }
  window_begin = 0;
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
  long long start = now(CLOCK_MONOTONIC);
  if (start < alone_until) {
    work(first);
    work(second);
    atomic_flag_clear_explicit(&owned, memory_order_release);
    return;
  }
  /* An old window is meaningless. */
  if (window_begin == 0 || start - window_begin > 4LL * window || !pthread_equal(window_owner, pthread_self()))
    begin_window(start);
  job_work = work;
  job_argument = second;
  atomic_store(&state, posted);
  if (atomic_load(&sleeps)) {
    pthread_mutex_lock(&mutex);
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&mutex);
  }
  work(first);
  long long waited = 0;
  if (take()) {
    work(second);
  } else {
    long long half = now(CLOCK_MONOTONIC);
    while (atomic_load_explicit(&state, memory_order_acquire) != done) rest();
    waited = now(CLOCK_MONOTONIC) - half;
  }
  atomic_store(&state, none);
  judge(now(CLOCK_MONOTONIC), waited);
  atomic_flag_clear_explicit(&owned, memory_order_release);
}
