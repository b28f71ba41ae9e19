/// What plans were predicted to do, and what they did.
public struct Verification: Sendable {
  public struct Row: Sendable {
    public let plan: Plan
    /// Items a second.
    public let predicted: Double
    public let measured: Measurement

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

  /// Runs plans by turns.
  ///
  /// - Parameters:
  ///   - plans: the chosen one first.
  ///   - rounds, slice: how often it is each one's turn, and for how many seconds.
  public init(
    _ plans: [ChosenPlan], of workload: any Workload, on platform: Platform, for footprint: Footprint,
    rounds: Int = 7, slice: Double = 0.4, observe: (Int, Int) -> Void = { _, _ in }
  ) throws {
    let runs = try plans.map { try workload.start($0.plan, on: platform, for: footprint) }
    var throughputs = plans.map { _ in [Double]() }
    for round in 0..<rounds {
      observe(round, rounds)
      for (index, run) in runs.enumerated() {
        throughputs[index].append(try run.run(seconds: slice).throughput)
      }
    }
    rows = zip(plans, throughputs).compactMap { plan, throughputs in
      Measurement(of: throughputs).map {
        Row(plan: plan.plan, predicted: plan.prediction.throughput, measured: $0)
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
