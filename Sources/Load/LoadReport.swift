import Basics

/// The result of a load.
public struct LoadReport: Sendable {
  /// Percentiles in milliseconds; `nil` without values.
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

    // Unknown values are null, and not omitted.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(p50, forKey: .p50)
      try container.encode(p90, forKey: .p90)
      try container.encode(p99, forKey: .p99)
      try container.encode(max, forKey: .max)
    }
  }

  /// The duration of the measurement.
  public let seconds: Double
  /// Requests that began in that time, and those of them that succeeded.
  public let requests, ok: Int
  /// The failed ones: by status, or `connection`, `timeout`, `malformed`.
  public let errors: [String: Int]
  /// Successful responses a second.
  public let throughput: Double?
  /// From the time at which a request should have been sent to the end of its response.
  public let latency: Percentiles
  /// The time that the server states, from a request's last byte to its response; `nil` if it states none.
  public let serverLatency: Percentiles?
  /// Mean milliseconds by stage, in the server's order; empty if it states none.
  public let stages: [(name: String, milliseconds: Double)]
  /// Images a second of the network alone; `nil` if the server doesn't state it.
  public let inferenceOnlyThroughput: Double?
  /// Processor time of the load generator itself, seconds per request.
  public let processorSeconds: Double?

  /// End-to-end throughput ÷ throughput of inference alone.
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

/// The progress of a load.
public struct LoadProgress: Sendable {
  /// Seconds since the beginning, and in all, with the warm-up.
  public let seconds, totalSeconds: Double
  /// Recent requests a second.
  public let throughput: Double
  /// Requests without a response.
  public let unanswered: Int
}
