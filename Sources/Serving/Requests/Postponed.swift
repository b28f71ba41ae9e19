import Basics

/// Work that is begun later, unless it is cancelled before.
final class Postponed: Cancellable {
  private enum State {
    case waiting
    case begun(any Cancellable)
    case cancelled
  }

  private let state = Locked(State.waiting)

  var isCancelled: Bool {
    state.withLock { state in
      if case .cancelled = state { true } else { false }
    }
  }

  func began(_ work: any Cancellable) {
    let isCancelled = state.withLock { state in
      if case .cancelled = state { return true }
      state = .begun(work)
      return false
    }
    if isCancelled { work.cancel() }
  }

  func cancel() {
    let work = state.withLock { state -> (any Cancellable)? in
      defer { state = .cancelled }
      if case .begun(let work) = state { return work }
      return nil
    }
    work?.cancel()
  }
}
