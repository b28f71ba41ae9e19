import Basics

/// What became of one model's requests during each of the last steps of time: what the dashboard draws.
struct LiveWindow: Sendable {
  /// Seconds in a step, and steps that are kept: 4 minutes.
  static let seconds: UInt64 = 2, length = 120

  struct Step: Sendable {
    /// Steps since the clock's start.
    fileprivate(set) var number: UInt64?
    /// By the position of the outcome.
    fileprivate(set) var outcomes = [UInt32](repeating: 0, count: RequestRecord.Outcome.allCases.count)
    /// Of those answered.
    fileprivate(set) var latencies = LatencyDistribution()
    /// Images, or sets of tensors, that were worked on; and where the time of all of them went, by part.
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

  /// - Parameter completion: when the request was answered.
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

  /// The kept steps from one to another in which something was done, oldest first.
  func steps(from first: UInt64, through last: UInt64) -> [Step] {
    let first = max(first, last - min(last, UInt64(Self.length - 1)))
    return steps.filter { $0.number.map { $0 >= first && $0 <= last } ?? false }
      .sorted { ($0.number ?? 0) < ($1.number ?? 0) }
  }

  /// Where the step of a time is; it begins if it is new. What comes late is counted in the step that has its
  /// place.
  private mutating func index(of time: Nanoseconds) -> Int {
    let number = Self.step(of: time)
    let index = Int(number % UInt64(Self.length))
    if steps[index].number.map({ $0 < number }) ?? true { steps[index].begin(number) }
    return index
  }
}
