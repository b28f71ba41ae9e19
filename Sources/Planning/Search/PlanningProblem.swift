import Basics
import Dataflow

/// Planning in numbers: the costs of each stage's options, and the capacities of shared resources.
///
/// An item occupies resources: cores of a processor, a link, and the single iteration in a feedback cycle.
/// Throughput has two bounds: each resource's capacity over an item's need of it, and each placement's
/// workers over the time of one. These asymptotic bounds of closed queueing networks (Denning and Buzen,
/// 1978) are nearly reached with full queues.
public struct PlanningProblem: Sendable {
  /// A resource shared by items.
  public struct Resource: Sendable, Hashable {
    public var name: String
    /// The capacity: cores, or 1.
    public var capacity: Double
    /// Whether stages compute on it.
    public var isProcessor: Bool
    /// Watts of one busy unit, beyond `idleWatts`.
    public var activeWatts: Double = 0
    /// Watts of the whole, busy or idle.
    public var idleWatts: Double = 0

    public init(
      _ name: String, capacity: Double, isProcessor: Bool = true, activeWatts: Double = 0,
      idleWatts: Double = 0
    ) {
      self.name = name
      self.capacity = capacity
      self.isProcessor = isProcessor
      self.activeWatts = activeWatts
      self.idleWatts = idleWatts
    }
  }

  /// One way to run a stage.
  public struct Option: Sendable, Hashable {
    public var device: String
    public var implementation: String
    /// The occupied processor, by position in the resources, and the number of units.
    public var processor: Int
    public var cores = 1.0
    /// Items that one firing does at once; the same for all stages of a placement.
    public var batch = 1
    /// Whether it really does them at once, and not one by one.
    public var isAtOnce = true
    /// For each of the problem's `workers`: seconds of one item, all its firings together; `nil` where unknown.
    public var seconds: [Double?]
    /// Seconds that an item takes longer if its input comes from another device, and the resource that this occupies.
    public var fetches: [String: Fetch] = [:]
    /// The same for what later stages feed back to it.
    public var feedbacks: [String: Fetch] = [:]

    public init(device: String, implementation: String, processor: Int, seconds: [Double?]) {
      self.device = device
      self.implementation = implementation
      self.processor = processor
      self.seconds = seconds
    }
  }

  /// The additional seconds for input from another device, by way of a link.
  public struct Fetch: Sendable, Hashable {
    public var seconds: Double
    /// The occupied link, by its position in the resources.
    public var resource: Int

    public init(seconds: Double, resource: Int) {
      self.seconds = seconds
      self.resource = resource
    }
  }

  /// A stage with the ways to run it.
  public struct StageEntry: Sendable {
    public var name: String
    /// The earlier stages that feed it, by position.
    public var sources: [Int]
    /// The device where items enter, if this stage takes them in.
    public var entrance: String?
    /// The earlier stages that it feeds back to.
    public var feedback: [Int] = []
    /// An earlier stage that must be on the same device.
    public var companion: Int?
    /// Whether it must have one instance.
    public var isSingle = false
    public var options: [Option]
    /// Resources that the stage occupies for as long as it runs, whatever its option: cycles that it is part of.
    public var cycles: [Int] = []
    /// What its placement must have. Options have the batch already.
    public var constraint = PlacementConstraint()

    public init(_ name: String, sources: [Int], options: [Option]) {
      self.name = name
      self.sources = sources
      self.options = options
    }
  }

  /// The stages in topological order.
  public var stages: [StageEntry]
  public var resources: [Resource]
  /// The resource that workers of the host run on.
  public var host: Int
  /// The numbers of workers to choose from.
  public var workers: [Int]
  /// Workers for each concurrent item of an accelerator. With two, one moves data while the other computes.
  public var acceleratorWorkers = 2
  /// Whether a single worker must run everything.
  public var isOneWorker = false
  /// Seconds of an item outside its stages.
  public var overhead = 0.0
  /// The source of the energy figures, if known.
  public var energy = EnergySource.unknown

  public init(stages: [StageEntry], resources: [Resource], host: Int = 0, workers: [Int] = [1]) {
    self.stages = stages
    self.resources = resources
    self.host = host
    self.workers = workers
  }
}

extension PlanningProblem {
  var hasBatches: Bool { stages.contains { $0.options.contains { $0.batch > 1 } } }

  /// The placement that begins with a stage.
  struct Opening {
    let processor: Int
    let isSingle: Bool
    /// The constraint of its latest stage.
    var constraint: PlacementConstraint
    let instances: Int
    let batch: Int
  }

  func opening(_ stage: StageEntry, _ option: Option, workers: Int) -> Opening {
    let instances =
      if stage.isSingle || isOneWorker {
        1
      } else if let instances = stage.constraint.instances {
        instances
      } else if option.processor == host {
        workers
      } else {
        acceleratorWorkers * max(Int(saturating: resources[option.processor].capacity / option.cores), 1)
      }
    return Opening(
      processor: option.processor, isSingle: stage.isSingle, constraint: stage.constraint,
      instances: instances,
      batch: option.batch)
  }

  /// A placement with the next stage in it; `nil` if the stage begins another: on another processor, if one
  /// must be single, or if different constraints give different numbers.
  func join(_ placement: Opening?, _ next: Opening) -> Opening? {
    guard var joined = placement else { return nil }
    let isSame = joined.processor == next.processor && !joined.isSingle && !next.isSingle
    let agree = joined.instances == next.instances && joined.batch == next.batch
    guard isOneWorker || isSame && (joined.constraint == next.constraint || agree) else { return nil }
    joined.constraint = next.constraint
    return joined
  }
}
