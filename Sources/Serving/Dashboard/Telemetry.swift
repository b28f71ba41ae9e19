import Basics
import Dataflow
import Foundation
import Planning
import Vision

/// The telemetry of a server: metrics, the dashboard, and spans.
///
/// Any thread may use it.
public final class Telemetry: RequestObserver {
  let metrics: Metrics
  let log: ServerLog
  let tracer: Tracer
  private let exporter: OTLPExporter?
  private let hosted: Hosted

  /// The hosted pipelines, and their energy.
  private final class Hosted: Sendable {
    private let pipelines = Locked<@Sendable () -> [HostedPipeline]>({ [] })
    private let working = Locked<@Sendable () -> [HostedPipeline]>({ [] })
    private let energy: EnergyCounter

    init(_ platform: Platform) { energy = EnergyCounter { EnergyMeter(on: platform) } }

    var all: [HostedPipeline] { pipelines.withLock { $0 }() }

    func observe(
      _ pipelines: @escaping @Sendable () -> [HostedPipeline],
      working: @escaping @Sendable () -> [HostedPipeline]
    ) {
      self.pipelines.withLock { $0 = pipelines }
      self.working.withLock { $0 = working }
    }

    func readEnergy() -> EnergyCounter.Reading? {
      let working = working.withLock { $0 }
      return energy.read(
        working().map { (ObjectIdentifier($0), $0.load.busy($0.recorder.occupancy(of: $0.pipeline.graph))) })
    }
  }

  /// - Parameters:
  ///   - platform: the pipelines' platform, for its declared power.
  ///   - otlp: the destination of spans, if any.
  ///   - traceRate: the fraction of requests, 0…1, that are traced where clients don't decide.
  public init(
    platform: Platform = .local, otlp: OTLPConfiguration? = nil, traceRate: Double = 1,
    log: ServerLog = .none
  ) {
    let hosted = Hosted(platform)
    let exporter = otlp.map { OTLPExporter($0) { log.tell(.warning, $0) } }
    self.hosted = hosted
    self.log = log
    self.exporter = exporter
    tracer = Tracer(rate: exporter == nil ? 0 : traceRate)
    metrics = Metrics(
      pipelines: { hosted.all.map(\.snapshot) }, energy: { hosted.readEnergy() },
      others: exporter.map { exporter in [{ $0.write(exporter.queue.counts) }] } ?? [])
  }

  /// - Parameters:
  ///   - pipelines: returns the served pipelines, at every observation.
  ///   - working: returns all pipelines that take energy: those, and the ones completing their last requests.
  func observe(
    _ pipelines: @escaping @Sendable () -> [HostedPipeline],
    working: @escaping @Sendable () -> [HostedPipeline]
  ) {
    hosted.observe(pipelines, working: working)
  }

  /// Counts the energy up to now; call it before a pipeline goes.
  public func pipelineEnds() { _ = hosted.readEnergy() }

  public func record(_ record: RequestRecord) {
    metrics.record(record)
    if record.span?.context.isSampled ?? false { exporter?.queue.add(record) }
  }

  /// Requests since the start: the successful ones, and the others.
  public var requests: (answered: Int, failed: Int) {
    let all = metrics.snapshot().models.values.flatMap(\.requests.values)
    let total = all.reduce(0) { $0 + $1.reduce(0, +) }
    let answered = all.reduce(0) { sum, counts in
      sum + zip(RequestRecord.Outcome.allCases, counts).reduce(0) { $1.0 == .ok ? $0 + $1.1 : $0 }
    }
    return (Int(clamping: answered), Int(clamping: total - answered))
  }

  /// Exports spans and reads the energy counters, until the task is cancelled and the last spans are gone.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      if let exporter { group.addTask { await exporter.run() } }
      group.addTask { [hosted] in
        while !Task.isCancelled {
          _ = hosted.readEnergy()
          try? await Task.sleep(for: .seconds(10))
        }
      }
    }
  }
}
