import Basics

/// What a load gave.
public struct LoadReport: Sendable {
  /// Milliseconds; `nil` of nothing.
  public struct Percentiles: Sendable, Encodable {
    public let p50, p90, p99, max: Double?

    init(_ histogram: LatencyHistogram) {
      func milliseconds(_ time: Nanoseconds?) -> Double? { time.map { Double($0) / 1e6 } }
      p50 = milliseconds(histogram.quantile(0.5))
      p90 = milliseconds(histogram.quantile(0.9))
      p99 = milliseconds(histogram.quantile(0.99))
      max = milliseconds(histogram.maximum)
    }

    private enum CodingKeys: String, CodingKey { case p50, p90, p99, max }

    // What is not known is null, and not left out.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(p50, forKey: .p50)
      try container.encode(p90, forKey: .p90)
      try container.encode(p99, forKey: .p99)
      try container.encode(max, forKey: .max)
    }
  }

  /// How long was measured.
  public let seconds: Double
  /// Those that began in that time, and those of them that were answered well.
  public let requests, ok: Int
  /// The others: by status, or `connection`, `timeout`, `malformed`.
  public let errors: [String: Int]
  /// Good answers a second.
  public let throughput: Double?
  /// From when a request should have been sent to the end of its answer.
  public let latency: Percentiles
  /// What the server says that its answers took, from a request's last byte on; `nil` where it says nothing.
  public let serverLatency: Percentiles?
  /// Mean milliseconds by stage, in the server's order; empty where it says nothing.
  public let stages: [(name: String, milliseconds: Double)]
  /// Images a second where nothing but the network is run; `nil` where the server doesn't say.
  public let inferenceOnlyThroughput: Double?
  /// Seconds that the load generator itself computed for a request.
  public let processorSeconds: Double?

  /// End to end ÷ inference only.
  public var ratio: Double? {
    guard let throughput, let inferenceOnlyThroughput, inferenceOnlyThroughput > 0 else { return nil }
    return throughput / inferenceOnlyThroughput
  }

  init(_ result: LoadDriver.Result, inferenceOnlyThroughput: Double?) {
    let tally = result.tally
    seconds = tally.seconds
    requests = tally.requests
    ok = tally.ok
    errors = tally.errors
    throughput = tally.throughput
    latency = Percentiles(tally.latency)
    serverLatency = tally.serverLatency.count > 0 ? Percentiles(tally.serverLatency) : nil
    stages = tally.stages.means
    self.inferenceOnlyThroughput = inferenceOnlyThroughput
    processorSeconds = result.processorSeconds
  }
}

extension LoadReport: Encodable {
  private enum CodingKeys: String, CodingKey {
    case requests, ok, errors, throughput, ratio
    case latency = "latency_ms"
    case stages = "stages_ms"
    case inferenceOnlyThroughput = "inference_only_throughput"
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(requests, forKey: .requests)
    try container.encode(ok, forKey: .ok)
    try container.encode(errors, forKey: .errors)
    try container.encode(throughput, forKey: .throughput)
    try container.encode(latency, forKey: .latency)
    let means = Dictionary(stages.map { ($0.name, $0.milliseconds) }) { first, _ in first }
    try container.encode(means.isEmpty ? nil : means, forKey: .stages)
    try container.encode(inferenceOnlyThroughput, forKey: .inferenceOnlyThroughput)
    try container.encode(ratio, forKey: .ratio)
  }
}

/// How a load goes.
public struct LoadProgress: Sendable {
  /// Since its beginning, and in all; the warm-up included.
  public let seconds, totalSeconds: Double
  /// Requests a second, lately.
  public let throughput: Double
  /// Requests without an answer.
  public let unanswered: Int
}
