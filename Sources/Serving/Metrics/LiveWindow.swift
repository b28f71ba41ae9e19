import Basics

/// The outcomes of one model's requests in the latest time steps, for the dashboard.
struct LiveWindow: Sendable {
  /// Seconds in a step, and the number of steps kept: 4 minutes.
  static let seconds: UInt64 = 2, length = 120

  struct Step: Sendable {
    /// Steps since the clock's start.
    fileprivate(set) var number: UInt64?
    /// By the position of the outcome.
    fileprivate(set) var outcomes = [UInt32](repeating: 0, count: RequestRecord.Outcome.allCases.count)
    /// Of successful requests.
    fileprivate(set) var latencies = LatencyDistribution()
    /// Processed images, or sets of tensors; then their total time by part.
    fileprivate(set) var items = 0
    fileprivate(set) var times: [Nanoseconds] = []

    fileprivate mutating func begin(_ number: UInt64) {
      self.number = number
      for outcome in outcomes.indices { outcomes[outcome] = 0 }
      for part in times.indices { times[part] = 0 }
      latencies.clear()
      items = 0
    }
  }

  private var steps = [Step](repeating: Step(), count: length)

  static func step(of time: Nanoseconds) -> UInt64 { time / (seconds * 1_000_000_000) }

  /// - Parameter completion: the time at which the request ended.
  mutating func add(_ outcome: Int, latency: Nanoseconds?, at completion: Nanoseconds) {
    let index = self.index(of: completion)
    steps[index].outcomes[outcome] += 1
    if let latency { steps[index].latencies.add(latency) }
  }

  /// Adds an item of a request.
  mutating func addItem(at completion: Nanoseconds) { steps[index(of: completion)].items += 1 }

  /// Adds to a part of an item's time.
  mutating func add(_ time: Nanoseconds, part: Int, at completion: Nanoseconds) {
    let index = index(of: completion)
    while steps[index].times.count <= part { steps[index].times.append(0) }
    steps[index].times[part] += time
  }

  /// The kept steps of a range with any activity, oldest first.
  func steps(from first: UInt64, through last: UInt64) -> [Step] {
    let first = max(first, last - min(last, UInt64(Self.length - 1)))
    return steps.filter { $0.number.map { $0 >= first && $0 <= last } ?? false }
      .sorted { ($0.number ?? 0) < ($1.number ?? 0) }
  }

  /// The index of a time's step, which begins if it is new. A late event counts in the step that has its
  /// place.
  private mutating func index(of time: Nanoseconds) -> Int {
    let number = Self.step(of: time)
    let index = Int(number % UInt64(Self.length))
    if steps[index].number.map({ $0 < number }) ?? true { steps[index].begin(number) }
    return index
  }
}
