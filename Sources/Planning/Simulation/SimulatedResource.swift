import Dataflow

/// A shared resource, cores of a processor or a link. First come, first served.
final class SimulatedResource {
  let name: String
  let capacity: Double
  let isProcessor: Bool
  private let time: VirtualTime
  private var free: Double
  private let queue = Queue<Request>()
  /// Units × seconds of all finished work.
  private(set) var work = 0.0

  /// A piece of work; its units may stay occupied for the next piece.
  private struct Request {
    let units: Double
    let seconds: Double
    let keeps: Bool
    let done: () -> Void
  }

  init(_ name: String, capacity: Double, isProcessor: Bool, time: VirtualTime) {
    self.name = name
    self.capacity = capacity
    self.isProcessor = isProcessor
    self.time = time
    free = capacity
  }

  /// Occupies units for a while, and calls back at the end.
  ///
  /// - Parameters:
  ///   - isKept: whether the units are still occupied from the previous time.
  ///   - keeps: whether they stay occupied for the next time.
  func occupy(
    _ units: Double, for seconds: Double, isKept: Bool = false, keeps: Bool = false,
    then done: @escaping () -> Void
  ) {
    let request = Request(units: min(units, capacity), seconds: seconds, keeps: keeps, done: done)
    guard !isKept else { return begin(request) }
    queue.append(request)
    admit()
  }

  private func admit() {
    while queue.count > 0, queue[0].units <= free, let request = queue.popFirst() {
      free -= request.units
      begin(request)
    }
  }

  private func begin(_ request: Request) {
    time.schedule(after: request.seconds) { [self] in
      work += request.units * request.seconds
      if !request.keeps {
        free += request.units
        admit()
      }
      request.done()
    }
  }
}
