import Basics

/// Which implementation of each stage runs where, and with how many instances. A value: it can be printed,
/// compared and executed.
///
/// Stages of one placement are fused; placements are joined by bounded queues in process.
public struct Plan: Sendable, Hashable, CustomStringConvertible {
  public var placements: [Placement]
  /// Items in flight before the entrance refuses more, and tokens that an edge between placements holds before
  /// its sender waits.
  public var queueCapacity: Int

  /// Bounds on what a plan may ask for, far above what helps.
  static let maximumQueueCapacity = 1 << 20
  static let maximumInstances = 1 << 10
  static let maximumBatch = 1 << 12
  /// Seconds.
  static let maximumQueueDelay = 3600.0

  public init(_ placements: [Placement], queueCapacity: Int = 64) {
    self.placements = placements
    self.queueCapacity = queueCapacity
  }

  /// Makes room for several batches of every worker.
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

  /// The plan for a chain when nothing is known of its costs: stages that use one core run in as many workers
  /// as there are cores, and from the first stage that takes a whole device on, one worker does the rest. So the
  /// next item's preparation overlaps this one's inference, and an item changes threads once.
  ///
  /// Graphs that are no chain, and chains that keep state or regroup an item's tokens, are fused.
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
