import Basics

/// The outcomes of a run's requests. Those that began during the warm-up don't count.
struct LoadTally: Sendable {
  enum Outcome: Equatable {
    /// A success, with the Server-Timing header if there was one.
    case ok(timing: String?)
    /// A status other than 2xx.
    case status(Int)
    case failed(Failure)
  }

  /// A failure without a usable response.
  enum Failure: String, Sendable {
    /// The connection could not be opened, or ended.
    case connection
    /// The response took too long.
    case timeout
    /// The response was not HTTP.
    case malformed
    /// The response is 2xx with an error in its JSON.
    case error
  }

  /// The time that counts: for requests, their beginning; for the throughput, their responses.
  private(set) var window: Range<Nanoseconds>
  private(set) var requests = 0
  private(set) var ok = 0
  /// By status or `Failure`.
  private(set) var errors: [String: Int] = [:]
  /// Latencies of successful requests.
  private(set) var latency = LatencyHistogram()
  /// Latencies by the server's own statement.
  private(set) var serverLatency = LatencyHistogram()
  private(set) var stages = StageTimes()
  private var answersInWindow = 0

  init(window: Range<Nanoseconds>) { self.window = window }

  var seconds: Double { Double(window.upperBound - window.lowerBound) / 1e9 }
  /// Responses a second.
  var throughput: Double? { seconds > 0 ? Double(answersInWindow) / seconds : nil }

  /// - Parameter since: the time at which the request should have been sent.
  mutating func record(_ outcome: Outcome, since: Nanoseconds, now: Nanoseconds) {
    if case .ok = outcome, window.contains(now) { answersInWindow += 1 }
    guard window.contains(since) else { return }
    requests += 1
    switch outcome {
    case .ok(let timing):
      ok += 1
      latency.record(now - since)
      if let timing { record(timing) }
    case .status(let code): errors["\(code)", default: 0] += 1
    case .failed(let failure): errors[failure.rawValue, default: 0] += 1
    }
  }

  private mutating func record(_ timing: String) {
    var total: (position: Int, milliseconds: Double)?
    var receive = 0.0
    for (position, (name, milliseconds)) in ServerTimingHeader(timing).enumerated() {
      if name == "total" {
        total = (position, milliseconds)
        continue
      }
      if name == "receive" { receive = milliseconds }
      stages.add(name, milliseconds, at: position)
    }
    guard let total else { return }
    // From the request's head on, as for the client.
    let whole = min(total.milliseconds + receive, 1e9)
    stages.add("total", whole, at: total.position)
    serverLatency.record(Nanoseconds(saturating: whole * 1e6))
  }

  /// Ends the run earlier than planned.
  mutating func cut(at now: Nanoseconds) {
    window = window.lowerBound..<min(window.upperBound, max(now, window.lowerBound))
  }
}
