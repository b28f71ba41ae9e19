/// The times of one implementation of a stage on one device, as far as they have been measured.
public struct PerformanceModel: Sendable, Hashable, Codable {
  /// What is timed: the stage's computing, or fetching its input from where the stage before it ran.
  public struct Subject: Sendable, Hashable, Codable {
    public let stage: String
    public let implementation: String
    public let device: String
    /// For fetching, the device it comes from; `nil` for computing.
    public let source: String?

    public init(stage: String, implementation: String, device: String, source: String? = nil) {
      self.stage = stage
      self.implementation = implementation
      self.device = device
      self.source = source
    }
  }

  public struct Point: Sendable, Hashable, Codable {
    public let footprint: Footprint
    /// How many workers did the same at the same time; they share caches and memory.
    public let workers: Int
    public let seconds: Measurement

    public init(footprint: Footprint, workers: Int, seconds: Measurement) {
      self.footprint = footprint
      self.workers = workers
      self.seconds = seconds
    }
  }

  public let subject: Subject
  public var points: [Point]

  public init(_ subject: Subject, points: [Point] = []) {
    self.subject = subject
    self.points = points
  }

  /// The time of one firing.
  ///
  /// Between two measured sizes, and between two measured numbers of workers, it is taken to lie on a straight line; outside
  /// of them nothing is known, and nothing is guessed: `nil`.
  public func estimate(for footprint: Footprint, workers: Int) -> Estimate? {
    let counts = Set(points.map(\.workers)).sorted()
    guard let lower = counts.last(where: { $0 <= workers }),
      let upper = counts.first(where: { $0 >= workers })
    else { return nil }
    guard let few = estimate(for: footprint, measuredWith: lower),
      let many = estimate(for: footprint, measuredWith: upper)
    else { return nil }
    return lower == upper
      ? few : Self.between(few, many, at: Double(workers - lower) / Double(upper - lower))
  }

  private func estimate(for footprint: Footprint, measuredWith workers: Int) -> Estimate? {
    let line = points.filter { $0.workers == workers }.sorted { $0.footprint.size < $1.footprint.size }
    func estimate(_ point: Point) -> Estimate {
      Estimate(seconds: point.seconds.median, spread: point.seconds.spread, provenance: .measured)
    }
    if let exact = line.first(where: { $0.footprint.size == footprint.size }) { return estimate(exact) }
    guard let lower = line.last(where: { $0.footprint.size < footprint.size }),
      let upper = line.first(where: { $0.footprint.size > footprint.size })
    else { return nil }
    let (from, to) = (lower.footprint.size, upper.footprint.size)
    return Self.between(estimate(lower), estimate(upper), at: (footprint.size - from) / (to - from))
  }

  private static func between(_ a: Estimate, _ b: Estimate, at part: Double) -> Estimate {
    Estimate(
      seconds: a.seconds + (b.seconds - a.seconds) * part, spread: max(a.spread, b.spread),
      provenance: .interpolated)
  }
}
