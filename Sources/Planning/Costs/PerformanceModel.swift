import Dataflow

/// The times of one implementation of a stage on one device, as far as they have been measured.
public struct PerformanceModel: Sendable, Hashable, Codable {
  /// What is timed: all that a firing or a batch of firings takes, by where its input comes from.
  public struct Subject: Sendable, Hashable, Codable {
    public let stage: String
    public let implementation: String
    public let device: String
    /// The other device that it comes from; `nil` if it is there already. Beyond moving it, that may be waiting for what is
    /// still under way on the other device.
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
    /// How many workers did the same at the same time; they share caches and memory.
    public let workers: Int
    /// How many firings were done at once.
    public let batch: Int
    /// Of all of them.
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

  /// The time of one firing, or of a batch of firings.
  ///
  /// Between two measured sizes, batches or numbers of workers it is taken to lie on a straight line; outside of them nothing is
  /// known, and nothing is guessed: `nil`.
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

  /// What the points at a value of one quantity say, or those at the two values next to it.
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
