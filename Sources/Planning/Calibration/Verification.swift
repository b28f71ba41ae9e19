import Dataflow

/// What plans were predicted to do, and what they did.
public struct Verification: Sendable {
  /// One plan: what was predicted of it, and what was measured.
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
  /// Part of the runs that don't count, because the cores gave something else than when the plans' times were measured.
  public private(set) var leftOut = 0.0
  /// Whether there was no other run of some plan, so that all runs of all plans count.
  public private(set) var isElsewhere = false
  /// What the cores usually gave; `nil` where nobody knows.
  public private(set) var conditions: Conditions?

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

  /// Turns that are added to a round, while the conditions are other than wanted.
  private static let patience = 1

  public init(rows: [Row]) { self.rows = rows }

  /// Runs plans by turns, and starts them anew for each round: the same network is up to a fifth slower in one process, or
  /// session, than in the next, depending on where in memory it happens to lie.
  ///
  /// - Parameters:
  ///   - plans: the chosen one first.
  ///   - usual: under which the plans' times were measured: runs under others don't count, unless all of some plan's are.
  ///   - rounds, slice: how often each is started and has its turn, and for how many seconds.
  ///   - meter: says how much energy the CPU takes; `nil` where nothing does.
  ///   - now: says what the conditions are.
  public init(
    _ plans: [ChosenPlan], of workload: any Workload, on platform: Platform, for footprint: Footprint,
    under usual: Conditions?, rounds: Int = 9, slice: Double = 0.4, meter: RAPL? = try? RAPL(),
    observe: (Int, Int) -> Void = { _, _ in }, conditions now: () -> Conditions? = Conditions.now
  ) throws {
    // Of few items in a slice, one more or less would be a large error.
    let slowest = plans.map(\.prediction.throughput).min() ?? 1
    let slice = max(slice, min(Self.itemsPerSlice / slowest, 5))
    var samples = plans.map { _ in [Conditioned<(throughput: Double, watts: Double?)>]() }
    for round in 0..<rounds {
      let runs = try plans.map { try workload.start($0.plan, on: platform, for: footprint) }
      var turns = 0
      func isEnough() -> Bool { samples.allSatisfy { $0.count { $0.isLike(usual) } > round } }
      while turns == 0 || (!isEnough() && turns <= Self.patience) {
        observe(round, rounds)
        for (index, run) in runs.enumerated() {
          let sample = try Conditioned(now) {
            let (sample, watts) = try meter.watts { try run.run(seconds: slice) }
            return (throughput: sample.throughput, watts: watts)
          }
          samples[index].append(sample)
        }
        turns += 1
      }
    }
    isElsewhere = samples.contains { !$0.contains { $0.isLike(usual) } }
    let wanted = isElsewhere ? nil : usual
    let throughputs = withoutDrift(
      samples.map { $0.map { $0.isLike(wanted) ? $0.value.throughput : nil } })
    rows = plans.indices.compactMap { index in
      let counted = samples[index].usual(wanted)
      return Measurement(of: throughputs[index]).map {
        Row(
          plan: plans[index].plan, predicted: plans[index].prediction.throughput, measured: $0,
          joules: Measurement(
            of: counted.compactMap { sample in sample.watts.map { $0 / sample.throughput } })?
            .median)
      }
    }
    let all = samples.flatMap { $0 }
    leftOut = all.unusualPart(wanted)
    conditions = all.flatMap(\.conditions).usual
  }
}

extension [ChosenPlan] {
  /// The first of so many plans that differ from each other: where and by what stages run, and with how many workers.
  public func diverse(_ count: Int) -> [ChosenPlan] {
    var seen: Set<Plan> = []
    return Array(filter { seen.insert($0.plan).inserted }.prefix(count))
  }
}
