/// Accounts for the energy of running a graph by a plan: what a platform's processors are declared to draw, as idle
/// and as busy as they were; or else what the CPU's counters say.
///
/// Used by one thread at a time.
public final class EnergyAccount {
  private let power: Power
  /// What the counters are of.
  private let host: String?
  /// For each stage of the graph, by its position, where it runs and the part of the processor that it keeps busy.
  private var loads: [Int: (silicon: String, part: Double)] = [:]
  private let time: any TimeSource
  private let begin: Nanoseconds
  private let meter: RAPL?
  private var last: RAPL.Reading?
  private var metered = 0.0

  /// Begins to count.
  ///
  /// - Throws: `PlanError`.
  public init(
    _ graph: Graph, plan: Plan, on platform: Platform = .local, meter: RAPL? = try? RAPL(),
    time: any TimeSource = MonotonicTime()
  ) throws {
    self.time = time
    power = platform.power
    host = platform.device(of: .cpu)?.silicon
    self.meter = meter
    for placement in try plan.resolve(graph, on: platform) {
      for (index, stage) in placement.members.enumerated() {
        let device = placement.devices[index]
        let cores = placement.implementations[index].parallelism.cores(of: device)
        loads[stage] = (device.silicon, Double(cores) / Double(device.cores))
      }
    }
    begin = time.now
    last = meter?.read()
  }

  /// Looks at the counters, which begin again every few minutes at full load: call it more often than that.
  public func read() {
    guard let meter, let before = last else { return }
    last = meter.read()
    if let last { metered += meter.joules(from: before, to: last) }
  }

  /// What each of so many items has taken; `nil` where nobody knows what a processor drew.
  ///
  /// - Parameter occupancy: where the time of the workers went since the beginning.
  public func energy(of items: Int, _ occupancy: Occupancy) -> Energy? {
    read()
    guard items > 0 else { return nil }
    let seconds = Double(time.now - begin) / 1e9
    var (joules, source) = (0.0, PlanningProblem.EnergySource.measured)
    for silicon in Set(loads.values.map(\.silicon)).union(host.map { [$0] } ?? []) {
      if let watts = power.watts[silicon] {
        let busy = loads.filter { $0.value.silicon == silicon }.reduce(0) {
          $0 + $1.value.part * Double(occupancy.stages[$1.key].compute) / 1e9
        }
        joules += watts.idle * seconds + (watts.full - watts.idle) * busy
        source = .modelled
      } else if silicon == host, last != nil {
        joules += metered
      } else {
        return nil
      }
    }
    return Energy(joulesPerItem: joules / Double(items), source: source)
  }
}
