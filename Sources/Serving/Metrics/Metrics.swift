import Basics
import Dataflow
import Planning

/// The server's counts: fed by every request's record, read by Prometheus and the dashboard.
///
/// Any thread may record and read. Recording holds a lock for less than 2 µs.
final class Metrics: Sendable {
  private let models = Locked<[String: ModelMetrics]>([:])
  /// The hosted pipelines.
  private let pipelines: @Sendable () -> [PipelineSnapshot]
  let energy: @Sendable () -> EnergyCounter.Reading?
  /// The metrics of other components.
  private let others: [@Sendable (inout MetricsText) -> Void]
  let time: any TimeSource

  /// Models' names come from the repository's owner, not from clients; their number is bounded all the same.
  static let maximumModels = 1000

  init(
    pipelines: @escaping @Sendable () -> [PipelineSnapshot],
    energy: @escaping @Sendable () -> EnergyCounter.Reading? = { nil },
    others: [@Sendable (inout MetricsText) -> Void] = [], time: any TimeSource = MonotonicTime()
  ) {
    self.pipelines = pipelines
    self.energy = energy
    self.others = others
    self.time = time
  }

  func record(_ record: RequestRecord) {
    models.withLock { models in
      guard models[record.model] != nil || models.count < Self.maximumModels else { return }
      models[record.model, default: ModelMetrics()].add(record)
    }
  }

  /// All metrics, in a scraper's format.
  func text(_ format: MetricsText.Format) -> String {
    let (pipelines, models) = snapshot()
    var text = MetricsText(format)
    text.family("drivetrain_info", .gauge, "The version of Drivetrain.")
    text.sample(["version": Version.current], UInt64(1))
    text.write(requestsOf: models.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 })
    text.write(pipelines)
    if let (joules, source) = energy() {
      text.family(
        "drivetrain_joules_total", .counter,
        "Energy of the processors since the start: measured by counters, or modelled from declared watts.")
      text.sample(["source": source.rawValue], joules)
    }
    for other in others { other(&text) }
    if let process = ProcessStatistics() { text.write(process) }
    text.end()
    return text.text
  }

  /// The hosted pipelines and the counts by model; a hosted model counts from 0.
  func snapshot() -> (pipelines: [PipelineSnapshot], models: [String: ModelMetrics]) {
    let pipelines = pipelines().sorted { $0.name < $1.name }
    let models = models.withLock { models in
      for pipeline in pipelines where models[pipeline.name] != nil || models.count < Self.maximumModels {
        models[pipeline.name, default: ModelMetrics()].announce(
          version: pipeline.version, stages: pipeline.stages)
      }
      return models
    }
    return (pipelines, models)
  }
}

extension MetricsText {
  fileprivate mutating func write(requestsOf models: [(name: String, metrics: ModelMetrics)]) {
    family("drivetrain_requests_total", .counter, "Requests for inference, by outcome.")
    for (model, metrics) in models {
      for (version, counts) in metrics.requests.sorted(by: { $0.key < $1.key }) {
        for (outcome, count) in zip(RequestRecord.Outcome.allCases, counts) {
          sample(["model": model, "version": "\(version)", "outcome": outcome.rawValue], count)
        }
      }
    }
    family(
      "drivetrain_request_duration_seconds", .histogram,
      "Time from a request's last byte to its response, of successful requests.")
    for (model, metrics) in models { sample(["model": model], metrics.duration, unit: 1e9) }
    family(
      "drivetrain_stage_seconds", .histogram,
      "Time of an image or set of tensors in each stage, in queues, in transfer between devices, and unattributed; the sums add up to the whole."
    )
    for (model, metrics) in models {
      for (part, times) in zip(metrics.parts, metrics.times) {
        sample(["model": model, "stage": part], times, unit: 1e9)
      }
    }
    family(
      "drivetrain_images_total", .counter,
      "Images by displayed pixels: small up to 0.1 megapixels, medium up to 2, large above.")
    for (model, metrics) in models {
      for (size, count) in zip(SizeClass.allCases, metrics.images) {
        sample(["model": model, "size": size.rawValue], count)
      }
    }
    family("drivetrain_input_bytes_total", .counter, "Bytes of images and tensors received.")
    for (model, metrics) in models { sample(["model": model], metrics.receivedBytes) }
  }

  fileprivate mutating func write(_ pipelines: [PipelineSnapshot]) {
    family("drivetrain_requests_in_flight", .gauge, "Requests accepted and not yet completed.")
    for pipeline in pipelines { sample(["model": pipeline.name], UInt64(pipeline.inFlight)) }
    family(
      "drivetrain_queue_length", .gauge,
      "Waiting requests (admission), and images or tensors that wait in front of a stage.")
    for pipeline in pipelines {
      for queue in pipeline.queues {
        sample(["model": pipeline.name, "queue": queue.stage], UInt64(queue.length))
      }
    }
    family("drivetrain_batch_size", .histogram, "Images or sets of tensors that a stage took at once.")
    for pipeline in pipelines {
      for (stage, sizes) in zip(pipeline.stages, pipeline.batchSizes) {
        sample(
          ["model": pipeline.name, "stage": stage],
          Histogram(bounds: BatchSizes.bounds, counts: sizes.firings, sum: sizes.items))
      }
    }
    family(
      "drivetrain_stage_busy_seconds_total", .counter,
      "Time that the workers spent in each stage, batches counted once.")
    for pipeline in pipelines {
      for stage in pipeline.occupancy.stages {
        sample(
          ["model": pipeline.name, "stage": stage.name], Double(stage.compute + stage.transfer) / 1e9)
      }
    }
  }
}
