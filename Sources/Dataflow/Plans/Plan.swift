import Basics

/// A mapping of a graph to a platform: each stage's implementation and device, and the instances. A plan is a
/// value that can be printed, compared and executed.
///
/// Stages of one placement are fused; placements are joined by bounded queues in the process.
public struct Plan: Sendable, Hashable, CustomStringConvertible {
  public var placements: [Placement]
  /// The most items in flight, and the most tokens on an edge between placements. Beyond it the entrance
  /// refuses, or the sender waits.
  public var queueCapacity: Int

  /// Bounds on a plan's numbers, far above useful values.
  static let maximumQueueCapacity = 1 << 20
  static let maximumInstances = 1 << 10
  static let maximumBatch = 1 << 12
  /// Seconds.
  static let maximumQueueDelay = 3600.0

  public init(_ placements: [Placement], queueCapacity: Int = 64) {
    self.placements = placements
    self.queueCapacity = queueCapacity
  }

  /// Enlarges the queues to several batches of every worker.
  public mutating func fitQueues() {
    let batched = placements.filter { $0.batch > 1 }.reduce(0) {
      $0 + Double($1.batch) * Double($1.instances)
    }
    queueCapacity = min(max(queueCapacity, Int(saturating: 4 * batched)), Self.maximumQueueCapacity)
  }

  /// All stages in one worker.
  public static func fused(_ graph: Graph, on device: String = "cpu") -> Plan {
    Plan([Placement(graph.stages.map(\.name), on: device)])
  }

  /// The plan for a chain with unknown costs. Stages of one core run in as many workers as there are cores;
  /// one worker runs the rest, from the first stage on that takes a whole device. The next item's preparation
  /// overlaps this one's inference, and an item changes threads once.
  ///
  /// Other graphs are fused, and so are chains that keep state or regroup an item's tokens.
  public static func overlapping(_ graph: Graph, on device: any Device) -> Plan {
    let order = graph.stageOrder
    let isChain =
      graph.connections.count == order.count - 1
      && zip(order, order.dropFirst()).allSatisfy { source, target in
        graph.connections.contains {
          $0.source.stage == source && $0.target.stage == target && $0.initialItems.isEmpty
        }
      }
    let stages = order.map { graph.stages[$0] }
    let split = stages.firstIndex { stage in
      device.implementations(of: stage).first.map { $0.parallelism.cores(of: device) > 1 } ?? false
    }
    let parallel = stages[..<(split ?? stages.endIndex)]
    guard isChain, !parallel.isEmpty, !parallel.contains(where: \.isStateful) else {
      return .fused(graph, on: device.name)
    }
    let names = stages.map(\.name)
    let first = Placement(
      Array(names[..<parallel.endIndex]), on: device.name, instances: min(device.cores, maximumInstances))
    let rest = split.map { [Placement(Array(names[$0...]), on: device.name)] } ?? []
    let plan = Plan([first] + rest)
    // Rates may forbid instances that overtake each other.
    let isPossible = (try? plan.resolve(graph, on: Platform(devices: [device]))) != nil
    return isPossible ? plan : .fused(graph, on: device.name)
  }

  public var description: String {
    placements.map { placement in
      let stages = placement.stages.map { stage in
        let details = [placement.implementations[stage], placement.devices[stage].map { "on \($0)" }]
        let known = details.compactMap { $0 }
        return known.isEmpty ? stage : "\(stage) (\(known.joined(separator: " ")))"
      }
      return "[\(stages.joined(separator: " → "))] on \(placement.device)"
        + (placement.instances > 1 ? " × \(placement.instances)" : "")
        + (placement.batch > 1 ? ", batches of \(placement.batch)" : "")
    }.joined(separator: " ⇒ ")
  }
}
