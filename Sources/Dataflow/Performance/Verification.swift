/// What plans were predicted to do, and what they did.
public struct Verification: Sendable {
  public struct Row: Sendable {
    public let plan: Plan
    /// Items a second.
    public let predicted: Double
    public let measured: Measurement
    /// For an item, by a meter; `nil` without one.
    public let joules: Double?

    /// How far the prediction is off, as a part of what was measured.
    public var error: Double { abs(predicted - measured.median) / measured.median }
  }

  /// The chosen plan first.
  public let rows: [Row]

  public var medianError: Double { Measurement(of: rows.map(\.error))?.median ?? 0 }
  public var worstError: Double { rows.map(\.error).max() ?? 0 }
  /// How much faster the best plan was than the chosen one.
  public var regret: Double {
    guard let chosen = rows.first?.measured.median, let best = rows.map(\.measured.median).max() else {
      return 0
    }
    return best / chosen - 1
  }

  /// At least, if that takes no more than 5 s.
  public static let itemsPerSlice = 40.0

  private static let roundsOfStart = 3

  public init(rows: [Row]) { self.rows = rows }

  /// Runs plans by turns, and starts them anew several times: the same network is up to a fifth slower in one process, or
  /// session, than in the next, depending on where in memory it happens to lie.
  ///
  /// - Parameters:
  ///   - plans: the chosen one first.
  ///   - rounds, slice: how often it is each one's turn, and for how many seconds.
  ///   - meter: says how much energy the CPU takes; `nil` where nothing does.
  public init(
    _ plans: [ChosenPlan], of workload: any Workload, on platform: Platform, for footprint: Footprint,
    rounds: Int = 9, slice: Double = 0.4, meter: RAPL? = try? RAPL(),
    observe: (Int, Int) -> Void = { _, _ in }
  ) throws {
    // Of few items in a slice, one more or less would be a large error.
    let slowest = plans.map(\.prediction.throughput).min() ?? 1
    let slice = max(slice, min(Self.itemsPerSlice / slowest, 5))
    var runs: [any WorkloadRun] = []
    var throughputs = plans.map { _ in [Double]() }
    var joules = throughputs
    for round in 0..<rounds {
      observe(round, rounds)
      if round.isMultiple(of: Self.roundsOfStart) {
        runs = []  // Gone before the next ones come.
        runs = try plans.map { try workload.start($0.plan, on: platform, for: footprint) }
      }
      for (index, run) in runs.enumerated() {
        let (throughput, watts) = try meter.watts { try run.run(seconds: slice).throughput }
        throughputs[index].append(throughput)
        if let watts { joules[index].append(watts / throughput) }
      }
    }
    rows = plans.indices.compactMap { index in
      Measurement(of: throughputs[index]).map {
        Row(
          plan: plans[index].plan, predicted: plans[index].prediction.throughput, measured: $0,
          joules: Measurement(of: joules[index])?.median)
      }
    }
  }
}

extension [ChosenPlan] {
  /// The first of so many plans that differ from each other: where and by what stages run, and with how many workers.
  public func diverse(_ count: Int) -> [ChosenPlan] {
    var seen: Set<Plan> = []
    return Array(filter { seen.insert($0.plan).inserted }.prefix(count))
  }
}
