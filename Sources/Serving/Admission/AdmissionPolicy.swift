import Basics

/// A policy that accepts or refuses requests: known facts go in, a decision comes out.
struct AdmissionPolicy: Sendable {
  /// The known state of a pipeline when a request arrives. Times in nanoseconds.
  struct Snapshot: Sendable {
    /// Requests that are waiting or in service, and their maximum.
    var inFlight: Int
    var concurrency: Int
    /// The work before this request, with the rest of the work in service.
    var workAhead: Nanoseconds
    /// The work of the request itself; 0 if it is unknown, or a sample of it is wanted.
    var cost: Nanoseconds
    /// Work done at once: slots, less the other pipelines' share of the machine.
    var speed: Double
    /// Time after which a response is useless.
    var timeout: Nanoseconds
  }

  /// Estimates are means; a promise needs a margin.
  private static let waitMargin = 1.2, costMargin = 1.5

  /// - Returns: the reason for a refusal; `nil` if the request is accepted.
  static func refusal(_ snapshot: Snapshot) -> AdmissionError? {
    // Only accepted requests give samples of service times. So an idle pipeline accepts every request;
    // otherwise one that was slow once would refuse for ever.
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

/// A refusal of a valid request by admission control.
public enum AdmissionError: Error, Equatable, CustomStringConvertible {
  /// The maximum of requests is waiting or in service.
  case full(concurrency: Int, retryAfter: Nanoseconds)
  /// The response would come after the request's timeout. Nanoseconds.
  case tooLate(expected: Nanoseconds, timeout: Nanoseconds)
  /// Its time was over before its turn came.
  case expired(waited: Nanoseconds)

  /// Nanoseconds after which a retry may succeed.
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
      "a response would take \(Self.spoken(expected)), and the request's time is \(Self.spoken(timeout)); try again"
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
