// The least that a server of images can take beside its stages: one thread that waits with epoll, reads requests and writes answers of
// the same bytes as Drivetrain's, without looking at them; and one that is handed each request and goes through as much memory as a
// network's weights, so that the first one's caches are as cold.
//
//     bare_server PORT BODY_BYTES ANSWER_BYTES WEIGHT_BYTES
//
// At the end (SIGTERM) it prints how many microseconds of processor time a request took the first thread.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 4096, PIECE = 256 << 10 };

static struct { int waiting[CONNECTIONS], first, last; } todo, done;  // Rings; each has one writer and one reader.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t come = PTHREAD_COND_INITIALIZER;
static int ready;
static size_t weight_bytes;
static volatile sig_atomic_t is_over;
static volatile unsigned char sink;

static void end(int signal) { (void)signal, is_over = 1; }

static void *work(void *weights) {
  for (;;) {
    pthread_mutex_lock(&lock);
    while (todo.first == todo.last) pthread_cond_wait(&come, &lock);
    int connection = todo.waiting[todo.first++ % CONNECTIONS];
    pthread_mutex_unlock(&lock);
    unsigned char sum = 0;
    for (size_t at = 0; at < weight_bytes; at += 64) sum += ((unsigned char *)weights)[at];
    sink = sum;
    pthread_mutex_lock(&lock);
    done.waiting[done.last++ % CONNECTIONS] = connection;
    pthread_mutex_unlock(&lock);
    if (eventfd_write(ready, 1)) abort();
  }
}

static long head_length(const char *bytes, long count) {
  char *end = memmem(bytes, count, "\r\n\r\n", 4);
  return end ? end + 4 - bytes : 0;
}

int main(int count, char **words) {
  if (count != 5) return fprintf(stderr, "bare_server PORT BODY_BYTES ANSWER_BYTES WEIGHT_BYTES\n"), 2;
  long body = atol(words[2]), answer_bytes = atol(words[3]);
  weight_bytes = atol(words[4]);
  char *weights = calloc(1, weight_bytes), *piece = malloc(PIECE), *answer = malloc(answer_bytes + 256);
  memset(weights, 1, weight_bytes);
  int length = sprintf(answer, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %ld\r\n\r\n", answer_bytes);
  memset(answer + length, 'x', answer_bytes), length += answer_bytes;
  static long got[CONNECTIONS], want[CONNECTIONS];

  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1, poll = epoll_create1(0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (void *)&address, sizeof address) || listen(listener, 128)) return perror("bare_server"), 1;
  ready = eventfd(0, EFD_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[64];
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  event.data.fd = ready;
  epoll_ctl(poll, EPOLL_CTL_ADD, ready, &event);
  signal(SIGTERM, end);
  pthread_t worker;
  pthread_create(&worker, NULL, work, weights);

  long answered = 0;
  struct timespec begin = {0}, now;
  while (!is_over) {
    int some = epoll_wait(poll, events, 64, 500);
    for (int index = 0; index < some; index++) {
      int from = events[index].data.fd;
      if (from == listener) {
        int connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (connection < 0 || connection >= CONNECTIONS) continue;
        got[connection] = want[connection] = 0;
        event.data.fd = connection;
        epoll_ctl(poll, EPOLL_CTL_ADD, connection, &event);
      } else if (from == ready) {
        eventfd_t times;
        eventfd_read(ready, &times);
        pthread_mutex_lock(&lock);
        while (done.first != done.last) {
          int to = done.waiting[done.first++ % CONNECTIONS];
          if (send(to, answer, length, MSG_NOSIGNAL) != length) close(to);
          answered++;
        }
        pthread_mutex_unlock(&lock);
        if (!begin.tv_sec && answered > 100) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin), answered = 0;
      } else {
        long bytes = recv(from, piece, PIECE, 0);
        if (bytes <= 0) {
          if (bytes == 0 || errno != EAGAIN) close(from);
          continue;
        }
        if (!want[from]) want[from] = head_length(piece, bytes) + body;
        if ((got[from] += bytes) < want[from]) continue;
        got[from] = want[from] = 0;
        pthread_mutex_lock(&lock);
        todo.waiting[todo.last++ % CONNECTIONS] = from;
        pthread_cond_signal(&come);
        pthread_mutex_unlock(&lock);
      }
    }
  }
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  printf("%.1f\n", answered ? ((now.tv_sec - begin.tv_sec) * 1e6 + (now.tv_nsec - begin.tv_nsec) / 1e3) / answered : 0.0);
}
