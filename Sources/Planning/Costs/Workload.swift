import Basics
import Dataflow

/// An application with real input, which can be run under one plan after another to be timed.
public protocol Workload {
  var graph: Graph { get }
  /// The sizes of work there is input for. The first is the usual one.
  var footprints: [Footprint] { get }
  /// What one iteration of the graph gets done, in the unit that throughput is told in: one image, 256 steps.
  var itemsPerIteration: Double { get }
  /// What an item is, in a word: throughput is told in so many of them a second.
  var itemName: String { get }
  /// Changes when the application does, so that what was measured of another one is not taken for this one's.
  var signature: String { get }
  /// How much implementations of reduced precision may differ from the reference, by metric.
  var tolerance: [String: Double] { get }
  /// Numbers that the placements of stages must have, by stage.
  var constraints: [String: PlacementConstraint] { get }
  /// Versions of the libraries that its implementations call, by name.
  var libraries: [String: String] { get }

  /// Makes all that running under the plan needs, and warms it up.
  func start(_ plan: Plan, on platform: Platform, for footprint: Footprint) throws -> any WorkloadRun

  /// How often the implementations of reduced precision agree with their stage's reference.
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
  /// Runs at full load for about so long.
  func run(seconds: Double) throws -> RunSample
}

/// What running for a while gave.
public struct RunSample: Sendable {
  /// Items for each second, at full load.
  public let throughput: Double
  /// Items done.
  public let items: Double
  /// For each stage of the graph, seconds of computing for each item, over all its firings.
  public let compute: [Double]
  /// The same of moving data between devices.
  public let transfer: [Double]
  /// Seconds of each item that no stage accounts for, where one worker does everything.
  public let overhead: Double?
  /// What each item took; `nil` where nobody knows.
  public let joules: Double?

  /// - Parameters:
  ///   - before, after: where the workers' time had gone when it began and when it ended.
  ///   - items: items done between them.
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
