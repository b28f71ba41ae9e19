#define _GNU_SOURCE
#include "CDivision.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#if defined(__x86_64__)

static struct sigaction before;

/* The length of an instruction's operand, in bytes after the opcode. */
static size_t operand_length(const uint8_t *code) {
  uint8_t mode = code[0] >> 6, memory = code[0] & 7;
  if (mode == 3) return 1;
  size_t length = 1;
  if (memory == 4) {
    length++;
    if (mode == 0 && (code[1] & 7) == 5) length += 4;
  }
  if (mode == 0 && memory == 5) length += 4;
  if (mode == 1) length += 1;
  if (mode == 2) length += 4;
  return length;
}

/* Steps over a division and sets its results to 0. Returns 0 for any other instruction. */
static int step_over(greg_t *registers) {
  const uint8_t *code = (const uint8_t *)registers[REG_RIP];
  int is_short = 0;
  while (memchr("\x66\x67\xf2\xf3\x2e\x36\x3e\x26\x64\x65", *code, 10)) is_short |= *code++ == 0x66;
  if ((*code & 0xf0) == 0x40) {
    if (*code & 8) is_short = 0;
    code++;
  }
  uint8_t opcode = *code++, operation = *code >> 3 & 7;
  if ((opcode != 0xf6 && opcode != 0xf7) || operation < 6) return 0;
  if (opcode == 0xf6) {
    registers[REG_RAX] &= ~(greg_t)0xffff;
  } else {
    greg_t kept = is_short ? ~(greg_t)0xffff : 0;
    registers[REG_RAX] &= kept;
    registers[REG_RDX] &= kept;
  }
  registers[REG_RIP] = (greg_t)(code + operand_length(code));
  return 1;
}

static void handle(int signal, siginfo_t *information, void *context) {
  ucontext_t *thread = context;
  if (information->si_code == FPE_INTDIV && step_over(thread->uc_mcontext.gregs)) return;
  if (before.sa_flags & SA_SIGINFO) {
    before.sa_sigaction(signal, information, context);
  } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
    before.sa_handler(signal);
  } else {
    /* The instruction runs again and reaches the previous handler. */
    sigaction(SIGFPE, &before, NULL);
  }
}

static void install(void) {
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  sigaction(SIGFPE, &action, &before);
}

void division_make_total(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, install);
}

#else

void division_make_total(void) {}

#endif
