/* A second thread that takes half of a piece of work. */
#ifndef CKERNELS_COMPANION_H
#define CKERNELS_COMPANION_H

/* Calls work(first) on this thread and work(second) on the companion's, and returns when both are done.
 *
 * After work the companion polls for a moment, then sleeps. This thread does both halves if the companion
 * hasn't begun in time or belongs to another thread, and for a while after heavy losses, as beside a process
 * that competes for the core. */
void ck_companion_run(void (*work)(const void *), const void *first, const void *second);

#endif
