import AsyncHTTPClient
import Basics
import Dataflow
import Foundation
import NIOCore
import NIOHTTP1

/// Posts spans to an OpenTelemetry collector, in batches and in the background.
///
/// Requests only leave their record in the queue. A slow or unreachable collector costs spans, which are
/// counted, and nothing else.
final class OTLPExporter: Sendable {
  let queue: SpanQueue
  private let configuration: OTLPConfiguration
  private let spans: OTLPSpans
  private let timing: Timing
  private let client: HTTPClient
  /// Called when the collector becomes unreachable, and when it is reachable again.
  private let tell: @Sendable (String) -> Void
  private let isReachable = Locked(true)

  struct Timing: Sendable {
    /// The time between exports, and before a failed one is retried; the second time twice as long.
    var interval = Duration.seconds(1)
    /// The time limit of the collector's response.
    var timeout = TimeAmount.seconds(10)
    /// The time limit of the last export, when the server ends.
    var lastTimeout = TimeAmount.seconds(2)
  }

  private static let spansPerExport = 512
  private static let attempts = 3
  /// Maximum waiting spans: 10 s of a busy server.
  private static let capacity = 1 << 14

  init(
    _ configuration: OTLPConfiguration, timing: Timing = Timing(),
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.timing = timing
    self.tell = tell
    queue = SpanQueue(capacity: Self.capacity)
    spans = OTLPSpans(
      service: configuration.service,
      epoch: UInt64(Date().timeIntervalSince1970 * 1e9) &- MonotonicTime().now)
    var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
    settings.timeout.connect = .seconds(5)
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
  }

  /// Exports spans until the task is cancelled; then the rest, if the collector takes it at once.
  func run() async {
    var rest: [RequestRecord] = []
    while !Task.isCancelled {
      try? await Task.sleep(for: timing.interval)
      rest = await export(queue.takeAll())
    }
    // In a task of its own, since this one is cancelled.
    let last = rest + queue.takeAll()
    await Task { await self.exportLast(last) }.value
    try? await client.shutdown()
  }

  /// - Returns: the records that were not exported because the task was cancelled.
  private func export(_ records: [RequestRecord]) async -> [RequestRecord] {
    var rest = records[...]
    while !rest.isEmpty {
      let batch = Self.batch(of: rest)
      guard await export(batch: batch) else { return Array(rest) }
      rest = rest.dropFirst(batch.count)
    }
    return []
  }

  /// - Returns: `false` if the task was cancelled meanwhile; otherwise the batch is finished.
  private func export(batch: ArraySlice<RequestRecord>) async -> Bool {
    for attempt in 1...Self.attempts {
      switch await post(batch, timeout: timing.timeout) {
      case .done: return true
      case .tryAgain(let reason, let pause):
        if Task.isCancelled { return false }
        note(unreachable: reason)
        guard attempt < Self.attempts else { break }
        try? await Task.sleep(for: pause ?? timing.interval * attempt)
        if Task.isCancelled { return false }
      }
    }
    drop(batch)
    return true
  }

  private func exportLast(_ records: [RequestRecord]) async {
    var rest = records[...]
    let deadline = NIODeadline.now() + timing.lastTimeout
    while !rest.isEmpty {
      let left = deadline - .now()
      let batch = Self.batch(of: rest)
      guard left > .zero, case .done = await post(batch, timeout: left) else { return drop(rest) }
      rest = rest.dropFirst(batch.count)
    }
  }

  private func drop(_ records: ArraySlice<RequestRecord>) {
    queue.note { $0.droppedUnreachable += Self.spans(in: records) }
  }

  private enum Outcome {
    case done
    case tryAgain(reason: String, after: Duration?)
  }

  private func post(_ batch: ArraySlice<RequestRecord>, timeout: TimeAmount) async -> Outcome {
    var request = HTTPClientRequest(url: configuration.traces)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "User-Agent", value: "drivetrain/\(Version.current)")
    for header in configuration.headers { request.headers.add(name: header.name, value: header.value) }
    request.body = .bytes(ByteBuffer(string: spans.json(Array(batch))))
    let count = Self.spans(in: batch)
    do {
      let response = try await client.execute(request, timeout: timeout)
      switch response.status.code {
      case 200..<300:
        let body = try await response.body.collect(upTo: 1 << 16)
        let rejected = min(Self.rejected(by: Data(body.readableBytesView)), count)
        queue.note {
          $0.exported += count - rejected
          $0.droppedRejected += rejected
        }
        noteReachable()
        return .done
      // The codes for which OpenTelemetry's protocol allows a retry.
      case 429, 502, 503, 504:
        let pause = response.headers.first(name: "Retry-After").flatMap { Int($0) }
        return .tryAgain(
          reason: "it responds with \(response.status.code)",
          after: pause.map { .seconds(min(max($0, 0), 30)) })
      default:
        queue.note { $0.droppedRejected += count }
        note(unreachable: "it responds with \(response.status.code)")
        return .done
      }
    } catch {
      return .tryAgain(reason: "\(error)", after: nil)
    }
  }

  /// Reports an error once, until exports work again.
  private func note(unreachable reason: String) {
    let isNews = isReachable.withLock { isReachable in
      defer { isReachable = false }
      return isReachable
    }
    if isNews { tell("spans can't be sent to \(configuration.traces), and are dropped: \(reason)") }
  }

  private func noteReachable() {
    let isNews = isReachable.withLock { isReachable in
      defer { isReachable = true }
      return !isReachable
    }
    if isNews { tell("spans are sent to \(configuration.traces) again") }
  }

  private static func batch(of records: ArraySlice<RequestRecord>) -> ArraySlice<RequestRecord> {
    var spans = 0
    return records.prefix { record in
      defer { spans += OTLPSpans.count(of: record) }
      return spans < spansPerExport
    }
  }

  private static func spans(in records: ArraySlice<RequestRecord>) -> UInt64 {
    UInt64(records.reduce(0) { $0 + OTLPSpans.count(of: $1) })
  }

  /// The number of spans that a collector has rejected in an accepted export:
  /// `{"partialSuccess":{"rejectedSpans":"3"}}`.
  private static func rejected(by body: Data) -> UInt64 {
    let answer = (try? JSONSerialization.jsonObject(with: body)) as? [String: Any]
    let count = (answer?["partialSuccess"] as? [String: Any])?["rejectedSpans"]
    return (count as? String).flatMap { UInt64($0) } ?? (count as? NSNumber).map { $0.uint64Value } ?? 0
  }
}
