import Basics
import Dataflow
import Kernels

/// Training as dataflow: act → insert → sample → learn, with feedback as edges with initial items. The
/// primitives and their placement are those of PEARL (Meng et al. 2024).
///
/// In one iteration the actor takes `train_freq` steps, which are inserted together, and `gradient_steps`
/// updates follow. The edge from learn to act carries parameters: its initial items let the actor run ahead
/// by one round. The edge from learn to sample carries priorities: the next minibatch is drawn after learning
/// from the last one.
enum TrainingGraph {
  static func make(_ name: String, _ parts: TrainingParts, _ work: TrainingWork? = nil) throws -> Graph {
    let (steps, updates) = (parts.settings.trainFrequency, parts.settings.updatesPerRound)
    let divisor = greatestCommonDivisor(steps, updates)
    let initialParameters = steps * updates / divisor
    guard initialParameters <= Schedule.maximumFirings else {
      throw TrainingError.roundTooLong(steps: steps, updates: updates)
    }
    let signal = PortType(Signal.self)

    /// - Parameters:
    ///   - threads: the CPU implementations, by their number of threads.
    ///   - kinds: the other devices with an implementation.
    func stage(
      _ name: String, _ inputs: [(String, Int)], _ outputs: [(String, Int)],
      threads: ClosedRange<Int> = 1...1, on kinds: [DeviceKind] = [], memory: String? = nil,
      work: Work? = nil,
      _ fire: @escaping @Sendable () throws -> Void
    ) -> Stage {
      let body: @Sendable (Firing) throws -> Void = { firing in
        _ = parts.backend.takeTransferTime()  // Excludes the time of evaluations and checkpoints.
        try fire()
        firing.transferred(for: parts.backend.takeTransferTime())
        for (port, output) in outputs.enumerated() {
          for _ in 0..<output.1 { firing.emit(Signal(), on: port) }
        }
      }
      return Stage(
        name, inputs: inputs.map { Port($0.0, signal, rate: .fixed($0.1)) },
        outputs: outputs.map { Port($0.0, signal, rate: .fixed($0.1)) }, isStateful: true,
        implementations: threads.map { threads in
          .cpu(implementation(threads: threads), cores: threads) { firing in
            ComputeThreads.count = threads
            try body(firing)
          }
        }
          + kinds.map { kind in
            Implementation(kind.rawValue, on: kind, parallelism: .device) { device in
              try parts.backend.checkPlace(device)
              return DeviceInstance(body)
            }
          }, memory: memory, work: work.map { work in { @Sendable (_: Footprint) -> Work? in work } })
    }

    return try Graph(
      name,
      stages: [
        stage("act", [("parameters", updates / divisor)], [("step", 1)], work: work?.act) { try parts.act() },
        stage("insert", [("steps", steps)], [("permits", updates)], memory: "replay", work: work?.insert) {
          parts.insert()
        },
        stage(
          "sample", [("permit", 1), ("priorities", 1)], [("minibatch", 1)], memory: "replay",
          work: work?.sample
        ) { parts.sample() },
        stage(
          "learn", [("minibatch", 1)], [("parameters", steps / divisor), ("priorities", 1)], threads: 1...2,
          on: NetworkBackends.kinds.filter { $0 != .cpu }, work: work?.learn
        ) { try parts.learn() },
      ],
      edges: [
        Edge("act.step", "insert.steps"),
        Edge("insert.permits", "sample.permit"),
        Edge("sample.minibatch", "learn.minibatch"),
        Edge("learn.priorities", "sample.priorities", initialItems: [Signal()]),
        Edge(
          "learn.parameters", "act.parameters",
          initialItems: Array(repeating: Signal(), count: initialParameters)),
      ])
  }

  /// The name of a stage's implementation with so many threads.
  static func implementation(threads: Int) -> String { threads == 1 ? "cpu" : "cpu-\(threads)-threads" }

  /// A single worker that learns on this device, or on the CPU with so many threads.
  static func plan(threads: Int, learnerOn device: String = "cpu") -> Plan {
    Plan([
      Placement(
        ["act", "insert", "sample", "learn"], devices: device == "cpu" ? [:] : ["learn": device],
        implementations: device == "cpu" ? ["learn": implementation(threads: threads)] : [:])
    ])
  }

  /// The name of the learner's device in a plan.
  static func learnerDevice(of plan: Plan) -> String? {
    plan.placements.first { $0.stages.contains("learn") }?.device(of: "learn")
  }
}

private final class DeviceInstance: StageInstance {
  private let body: @Sendable (Firing) throws -> Void

  init(_ body: @escaping @Sendable (Firing) throws -> Void) { self.body = body }

  func fire(_ firing: Firing) throws { try body(firing) }
}

extension NetworkBackend {
  /// - Throws: `DeviceError` if this backend is on another device.
  fileprivate func checkPlace(_ device: any Device) throws {
    guard deviceName == device.name else {
      throw DeviceError(
        device: device.name, action: "learn", reason: .refused,
        detail: "the networks are on \(deviceName)")
    }
  }
}
