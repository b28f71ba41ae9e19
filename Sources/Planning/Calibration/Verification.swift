import Dataflow

/// Predictions of plans beside their measurements.
public struct Verification: Sendable {
  /// One plan with its prediction and its measurement.
  public struct Row: Sendable {
    public let plan: Plan
    /// Items a second.
    public let predicted: Double
    public let measured: Measurement
    /// Joules for each item; `nil` without a meter.
    public let joules: Double?

    /// The prediction's relative error.
    public var error: Double { abs(predicted - measured.median) / measured.median }
  }

  /// The chosen plan first.
  public let rows: [Row]
  /// The part of the runs that don't count, because the conditions weren't those of the calibration.
  public private(set) var leftOut = 0.0
  /// Whether some plan had no run under the usual conditions, so that all runs count.
  public private(set) var isElsewhere = false
  /// The most common conditions; `nil` if unknown.
  public private(set) var conditions: Conditions?

  /// The median of the relative errors.
  public var medianError: Double { Measurement(of: rows.map(\.error))?.median ?? 0 }
  /// The largest relative error.
  public var worstError: Double { rows.map(\.error).max() ?? 0 }
  /// The best plan's throughput over the chosen one's, less 1.
  public var regret: Double {
    guard let chosen = rows.first?.measured.median, let best = rows.map(\.measured.median).max() else {
      return 0
    }
    return best / chosen - 1
  }

  /// The least items in a slice, unless they take more than 5 s.
  public static let itemsPerSlice = 40.0

  /// Extra turns of a round under unusual conditions.
  private static let patience = 1

  public init(rows: [Row]) { self.rows = rows }

  /// Runs plans in turn, and restarts them for each round: a network's speed varies by up to a fifth between
  /// processes or sessions, with its place in memory.
  ///
  /// - Parameters:
  ///   - plans: the chosen one first.
  ///   - usual: the conditions of the calibration. Other runs don't count unless some plan has no others.
  ///   - rounds: restarts.
  ///   - slice: seconds of a turn.
  ///   - meter: the meter of the CPU; `nil` without one.
  ///   - now: measures the conditions.
  public init(
    _ plans: [ChosenPlan], of workload: any Workload, on platform: Platform, for footprint: Footprint,
    under usual: Conditions?, rounds: Int = 9, slice: Double = 0.4, meter: RAPL? = try? RAPL(),
    observe: (Int, Int) -> Void = { _, _ in }, conditions now: () -> Conditions? = Conditions.now
  ) throws {
    // With few items in a slice, one more or less is a large error.
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
  /// The first `count` plans that differ in devices, implementations or workers.
  public func diverse(_ count: Int) -> [ChosenPlan] {
    var seen: Set<Plan> = []
    return Array(filter { seen.insert($0.plan).inserted }.prefix(count))
  }
}
