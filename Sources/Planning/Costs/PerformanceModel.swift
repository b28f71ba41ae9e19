import Dataflow

/// The measured times of one implementation of a stage on one device.
public struct PerformanceModel: Sendable, Hashable, Codable {
  /// The subject of a timing: an implementation on a device, by its input's source.
  public struct Subject: Sendable, Hashable, Codable {
    public let stage: String
    public let implementation: String
    public let device: String
    /// The other device that the input comes from; `nil` for the same device. The time then includes the
    /// transfer, and the wait for that device.
    public let source: String?

    public init(stage: String, implementation: String, device: String, source: String? = nil) {
      self.stage = stage
      self.implementation = implementation
      self.device = device
      self.source = source
    }
  }

  /// A measurement at one size, number of workers and batch.
  public struct Point: Sendable, Hashable, Codable {
    public let footprint: Footprint
    /// Workers that did the same at the same time, sharing caches and memory.
    public let workers: Int
    /// Firings at once.
    public let batch: Int
    /// The time of the whole batch.
    public let seconds: Measurement

    public init(footprint: Footprint, workers: Int, batch: Int = 1, seconds: Measurement) {
      self.footprint = footprint
      self.workers = workers
      self.batch = batch
      self.seconds = seconds
    }
  }

  public let subject: Subject
  public var points: [Point]

  public init(_ subject: Subject, points: [Point] = []) {
    self.subject = subject
    self.points = points
  }

  /// The time of one firing or batch. It is interpolated linearly between measured sizes, batches and numbers
  /// of workers; `nil` outside them.
  public func estimate(for footprint: Footprint, batch: Int = 1, workers: Int) -> Estimate? {
    func ofSize(_ points: [Point]) -> Estimate? {
      Self.estimate(points, at: footprint.size, along: \.footprint.size) { points in
        points.first.map {
          Estimate(seconds: $0.seconds.median, spread: $0.seconds.spread, provenance: .measured)
        }
      }
    }
    func ofBatch(_ points: [Point]) -> Estimate? {
      Self.estimate(points, at: Double(batch), along: { Double($0.batch) }, ofSize)
    }
    return Self.estimate(points, at: Double(workers), along: { Double($0.workers) }, ofBatch)
  }

  /// The estimate from the points at a value of one quantity, or from the two neighbours.
  private static func estimate(
    _ points: [Point], at value: Double, along quantity: (Point) -> Double, _ inner: ([Point]) -> Estimate?
  ) -> Estimate? {
    let values = points.map(quantity)
    guard let lower = values.filter({ $0 <= value }).max(), let upper = values.filter({ $0 >= value }).min(),
      let low = inner(points.filter { quantity($0) == lower })
    else { return nil }
    guard lower < upper else { return low }
    guard let high = inner(points.filter { quantity($0) == upper }) else { return nil }
    return between(low, high, at: (value - lower) / (upper - lower))
  }

  private static func between(_ a: Estimate, _ b: Estimate, at part: Double) -> Estimate {
    Estimate(
      seconds: a.seconds + (b.seconds - a.seconds) * part, spread: max(a.spread, b.spread),
      provenance: .interpolated)
  }
}
