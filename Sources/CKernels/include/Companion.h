/* A second thread that takes half of a piece of work. */
#ifndef CKERNELS_COMPANION_H
#define CKERNELS_COMPANION_H

/* Calls work(first) on this thread and work(second) on the companion's, and returns when both are done.
 *
 * The companion looks out for work for a moment after it has had some, then sleeps. If it has not begun by the
 * time that this thread is done, this thread does both, and so it does when another thread has the companion, and for a
 * while after it has lost much time to it, as beside a process that wants the core. */
void ck_companion_run(void (*work)(const void *), const void *first, const void *second);

#endif
