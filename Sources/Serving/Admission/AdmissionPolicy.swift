import Basics

/// Whether a request is taken in. A policy: what is known goes in, a decision comes out.
struct AdmissionPolicy: Sendable {
  /// What is known of a pipeline when a request arrives. Times in nanoseconds.
  struct Snapshot: Sendable {
    /// Requests that wait or are worked on, and how many may.
    var inFlight: Int
    var concurrency: Int
    /// Work that comes before this request, and what is left of that in progress.
    var workAhead: Nanoseconds
    /// The work of this request itself; 0 where that isn't known, or is to be found out.
    var cost: Nanoseconds
    /// How much work is done at once: slots, less what other pipelines have of the machine.
    var speed: Double
    /// Time until an answer is of no use.
    var timeout: Nanoseconds
  }

  /// Estimates are means; a promise needs something more.
  private static let waitMargin = 1.2, costMargin = 1.5

  /// - Returns: why the request is refused; `nil` if it isn't.
  static func refusal(_ snapshot: Snapshot) -> AdmissionError? {
    // Times are learned only from what is taken in. Who comes when nobody else is there shows what it takes
    // now, or a pipeline that was slow once would refuse for ever.
    guard snapshot.inFlight > 0 else { return nil }
    let wait = Double(snapshot.workAhead) / max(snapshot.speed, 1e-3)
    guard snapshot.inFlight < snapshot.concurrency else {
      return .full(concurrency: snapshot.concurrency, retryAfter: Nanoseconds(saturating: wait))
    }
    let answered = Nanoseconds(saturating: wait * waitMargin + Double(snapshot.cost) * costMargin)
    guard answered > snapshot.timeout else { return nil }
    return .tooLate(expected: answered, timeout: snapshot.timeout)
  }
}

/// Why a request gets no answer though there is nothing wrong with it.
public enum AdmissionError: Error, Equatable, CustomStringConvertible {
  /// As many requests wait or are worked on as may.
  case full(concurrency: Int, retryAfter: Nanoseconds)
  /// It would not be answered within its time. Nanoseconds.
  case tooLate(expected: Nanoseconds, timeout: Nanoseconds)
  /// Its time was over before its turn came.
  case expired(waited: Nanoseconds)

  /// Nanoseconds after which it may be worth asking again.
  public var retryAfter: Nanoseconds {
    switch self {
    case .full(_, let retryAfter): retryAfter
    case .tooLate(let expected, let timeout): expected - timeout
    case .expired: 0
    }
  }

  public var description: String {
    switch self {
    case .full(let concurrency, _):
      "\(concurrency.counted("request")) \(concurrency == 1 ? "is" : "are") waiting, which is the limit; try again"
    case .tooLate(let expected, let timeout):
      "an answer would take \(Self.spoken(expected)), and the request's time is \(Self.spoken(timeout)); try again"
    case .expired(let waited):
      "the request's time was over after it had waited for \(Self.spoken(waited)); try again"
    }
  }

  private static func spoken(_ time: Nanoseconds) -> String {
    time < 10_000_000 ? "\((time + 500) / 1000) µs" : "\((time + 500_000) / 1_000_000) ms"
  }
}

extension AdmissionError: RequestFailureConvertible {
  var requestFailure: RequestFailure {
    if case .expired = self { return RequestFailure(.expired, "\(self)") }
    let seconds = Int((Double(retryAfter) / 1e9).rounded(.up))
    return RequestFailure(.overloaded, "\(self)", retryAfter: min(max(seconds, 1), 60))
  }
}
