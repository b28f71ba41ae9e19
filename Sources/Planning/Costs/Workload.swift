import Basics
import Dataflow

/// An application with real input, which can run under many plans to be timed.
public protocol Workload {
  var graph: Graph { get }
  /// The sizes of the available input. The first is the usual one.
  var footprints: [Footprint] { get }
  /// The work of one iteration of the graph, in items of throughput: 1 image, 256 steps.
  var itemsPerIteration: Double { get }
  /// The singular noun for an item: throughput counts them by the second.
  var itemName: String { get }
  /// It changes with the application, and identifies its calibrations.
  var signature: String { get }
  /// The accepted deviation of approximate implementations, by metric.
  var tolerance: [String: Double] { get }
  /// Fixed numbers of the stages' placements, by stage.
  var constraints: [String: PlacementConstraint] { get }
  /// Versions of the libraries that its implementations call, by name.
  var libraries: [String: String] { get }

  /// Sets up and warms up a run of the plan.
  func start(_ plan: Plan, on platform: Platform, for footprint: Footprint) throws -> any WorkloadRun

  /// The agreements of approximate implementations with their stage's reference.
  func agreements(on platform: Platform) throws -> [Calibration.Agreement]
}

extension Workload {
  public var itemsPerIteration: Double { Double(max(graph.itemsPerIteration, 1)) }
  public var itemName: String { "item" }
  public var libraries: [String: String] { [:] }
  public var tolerance: [String: Double] { [:] }
  public var constraints: [String: PlacementConstraint] { [:] }
  public func agreements(on platform: Platform) throws -> [Calibration.Agreement] { [] }
}

/// A workload under a plan. Used by one thread at a time.
public protocol WorkloadRun: AnyObject {
  /// Runs at full load for about so many seconds.
  func run(seconds: Double) throws -> RunSample
}

/// The results of a run.
public struct RunSample: Sendable {
  /// Items a second, at full load.
  public let throughput: Double
  public let items: Double
  /// For each stage of the graph, its seconds of computing for each item, over all firings.
  public let compute: [Double]
  /// For each stage of the graph, its seconds of moving data between devices, for each item.
  public let transfer: [Double]
  /// An item's seconds outside all stages, if one worker does everything.
  public let overhead: Double?
  /// Joules for each item; `nil` if unknown.
  public let joules: Double?

  /// - Parameters:
  ///   - before, after: the workers' occupancy at the beginning and at the end.
  ///   - items: items done in between.
  ///   - joules: of all items.
  public init(
    throughput: Double, from before: Occupancy, to after: Occupancy, items: Double, workers: Int,
    joules: Double? = nil
  ) {
    func perItem(_ part: KeyPath<Occupancy.StagePart, Nanoseconds>) -> [Double] {
      zip(before.stages, after.stages).map { Double($1[keyPath: part] - $0[keyPath: part]) / 1e9 / items }
    }
    self.throughput = throughput
    self.items = items
    self.joules = joules.map { $0 / items }
    compute = perItem(\.compute)
    transfer = perItem(\.transfer)
    let attributed = compute.reduce(0, +) + transfer.reduce(0, +)
    overhead = workers == 1 ? max(1 / throughput - attributed, 0) : nil
  }
}
