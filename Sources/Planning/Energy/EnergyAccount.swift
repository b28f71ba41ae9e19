import Basics
import Dataflow

/// The energy account of a graph that runs by a plan.
///
/// Used by one thread at a time.
public final class EnergyAccount {
  private let load: ProcessorLoad
  private let meter: EnergyMeter

  /// Begins to count.
  ///
  /// - Throws: `PlanError`.
  public init(
    _ graph: Graph, plan: Plan, on platform: Platform = .local, meter: RAPL? = try? RAPL(),
    time: any TimeSource = MonotonicTime()
  ) throws {
    load = try ProcessorLoad(graph, plan: plan, on: platform)
    self.meter = EnergyMeter(on: platform, counters: meter, time: time)
  }

  /// As `EnergyMeter.read`.
  public func read() { meter.read() }

  /// The energy of each of so many items; `nil` if a processor's power is unknown.
  ///
  /// - Parameter occupancy: the workers' occupancy since the beginning.
  public func energy(of items: Int, _ occupancy: Occupancy) -> Energy? {
    guard let (joules, source) = meter.joules(load.busy(occupancy)), items > 0 else { return nil }
    return Energy(joulesPerItem: joules / Double(items), source: source)
  }
}
