import NIOCore

/// Runs tasks on the thread of an event loop.
///
/// A request is then read, answered and written by one thread. On Swift's own pool each step would wake another
/// thread, and waking a thread of an idle machine takes longer than the step.
final class EventLoopTaskExecutor: TaskExecutor {
  private let loop: any EventLoop

  init(_ loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
