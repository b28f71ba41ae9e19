import Basics
import Dataflow

/// The counts of one model.
struct ModelMetrics: Sendable {
  /// By version, then by the position of the outcome.
  private(set) var requests: [Int: [UInt64]] = [:]
  /// From the last byte's arrival to the response, of successful requests.
  private(set) var duration = Histogram(bounds: Histogram.times)
  /// The parts of times: queue, transfer, the unexplained rest, and the stages.
  private(set) var parts = ["queue", "transfer", "unattributed"]
  private(set) var times: [Histogram]
  /// By the position of the size class.
  private(set) var images = [UInt64](repeating: 0, count: SizeClass.allCases.count)
  private(set) var receivedBytes: UInt64 = 0
  private(set) var live = LiveWindow()

  /// The maximum of versions with counts of their own; further ones count as version 0, so that the number of
  /// time series is bounded.
  static let maximumVersions = 100

  init() { times = parts.map { _ in Histogram(bounds: Histogram.times) } }

  /// All requests so far, by the position of the outcome.
  var outcomes: [UInt64] {
    requests.values.reduce(into: Array(repeating: 0, count: RequestRecord.Outcome.allCases.count)) {
      for (outcome, count) in $1.enumerated() { $0[outcome] += count }
    }
  }

  /// Makes a hosted version visible before its first request.
  mutating func announce(version: Int, stages: [String]) {
    count(version, by: 0, 0)
    for (position, stage) in stages.enumerated() { _ = part(of: stage, at: position) }
  }

  /// - Complexity: O(parts × log bounds); allocates nothing but for what is new.
  mutating func add(_ record: RequestRecord) {
    let outcome = record.outcome.position
    count(record.version, by: 1, outcome)
    let isAnswered = record.outcome == .ok
    let latency = record.completion - min(record.arrival, record.completion)
    if isAnswered { duration.add(latency) }
    live.add(outcome, latency: isAnswered ? latency : nil, at: record.completion)
    for part in record.parts {
      receivedBytes += UInt64(part.bytes)
      if let pixels = part.pixels { images[SizeClass(pixels: pixels).position] += 1 }
      if let attribution = part.attribution { add(attribution, at: record.completion) }
    }
  }

  private mutating func add(_ attribution: Attribution, at completion: Nanoseconds) {
    live.addItem(at: completion)
    add(attribution.queue, to: 0, at: completion)
    add(attribution.transfer, to: 1, at: completion)
    add(attribution.unattributed, to: 2, at: completion)
    for (position, stage) in attribution.stages.enumerated() {
      add(stage.compute, to: part(of: stage.name, at: position), at: completion)
    }
  }

  private mutating func add(_ time: Nanoseconds, to part: Int, at completion: Nanoseconds) {
    times[part].add(time)
    live.add(time, part: part, at: completion)
  }

  private mutating func count(_ version: Int, by more: UInt64, _ outcome: Int) {
    let isNew = requests[version] == nil
    let version = isNew && requests.count >= Self.maximumVersions ? 0 : version
    requests[version, default: Array(repeating: 0, count: RequestRecord.Outcome.allCases.count)][outcome] +=
      more
  }

  /// The index of a stage's part, by its name; versions of a model may have other stages.
  private mutating func part(of stage: String, at position: Int) -> Int {
    let usual = position + 3
    if usual < parts.count, parts[usual] == stage { return usual }
    if let index = parts.dropFirst(3).firstIndex(of: stage) { return index }
    parts.append(stage)
    times.append(Histogram(bounds: Histogram.times))
    return parts.count - 1
  }
}

extension RequestRecord.Outcome {
  var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension SizeClass {
  var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
