import Basics
import Dataflow

/// An accepted request, which ends exactly once.
public final class Ticket: Cancellable {
  typealias Start =
    @Sendable (
      _ arrival: Nanoseconds, _ completion: @escaping @Sendable (ItemResult) -> Void
    ) throws -> Item

  private enum State {
    case waiting
    case started(Item)
    case cancelled
  }

  private let request: DispatchState.Request
  private let size: RequestSize
  private let dispatcher: Dispatcher
  private let start: Start
  private let completion: @Sendable (ItemResult) -> Void
  private let state = Locked(State.waiting)

  init(
    _ request: DispatchState.Request, _ size: RequestSize, of dispatcher: Dispatcher, start: @escaping Start,
    completion: @escaping @Sendable (ItemResult) -> Void
  ) {
    self.request = request
    self.size = size
    self.dispatcher = dispatcher
    self.start = start
    self.completion = completion
  }

  /// Nanoseconds of its work that count for the next image of its own request.
  var turn: Nanoseconds { request.entry.turn }

  /// Begins its turn.
  ///
  /// - Returns: the error that prevents it, if any.
  func begin() -> (any Error)? {
    let started = dispatcher.time.now
    do {
      let item = try start(request.entry.arrival) { [self] result in
        let duration = result.completion - min(started, result.completion)
        dispatcher.finished(request, size, after: result.error == nil ? duration : nil)
        completion(result)
      }
      let isCancelled = state.withLock { state in
        if case .cancelled = state { return true }
        state = .started(item)
        return false
      }
      if isCancelled { item.cancel() }
      return nil
    } catch {
      return error
    }
  }

  /// Stops its work, or prevents it; the request ends with `CancellationError`.
  public func cancel() {
    if dispatcher.cancel(request) { return answer(CancellationError(), at: dispatcher.time.now) }
    let item = state.withLock { state -> Item? in
      defer { state = .cancelled }
      if case .started(let item) = state { return item }
      return nil
    }
    item?.cancel()
  }

  /// Ends a request that was not begun.
  func answer(_ error: any Error, at now: Nanoseconds) {
    completion(ItemResult(arrival: request.entry.arrival, completion: now, error: error))
  }
}
