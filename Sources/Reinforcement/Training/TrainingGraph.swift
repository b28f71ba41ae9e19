import Basics
import Dataflow
import Kernels

/// Training as dataflow: act → insert → sample → learn, with what learning gives back as edges with initial items.
/// The primitives, and their placement on devices, are those of PEARL (Meng et al. 2024).
///
/// In one iteration the actor takes `train_freq` steps, which are inserted together, and as many updates as
/// `gradient_steps` follow. The edge from learn to act carries parameters: its initial items are what lets the
/// actor run ahead by one round. The edge from learn to sample carries priorities: the next minibatch is drawn
/// when the last one has been learned from.
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
    ///   - threads: what implementations there are on the CPU, by the number of threads that they compute with.
    ///   - kinds: what other devices there are implementations for.
    func stage(
      _ name: String, _ inputs: [(String, Int)], _ outputs: [(String, Int)],
      threads: ClosedRange<Int> = 1...1, on kinds: [DeviceKind] = [], memory: String? = nil,
      work: Work? = nil,
      _ fire: @escaping @Sendable () throws -> Void
    ) -> Stage {
      let body: @Sendable (Firing) throws -> Void = { firing in
        _ = parts.backend.takeTransferTime()  // What evaluations and checkpoints took isn't this firing's.
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

  /// What the implementation of a stage is called that computes with so many threads.
  static func implementation(threads: Int) -> String { threads == 1 ? "cpu" : "cpu-\(threads)-threads" }

  /// Everything in one worker; learning on the device of this name, on the CPU with so many threads.
  static func plan(threads: Int, learnerOn device: String = "cpu") -> Plan {
    Plan([
      Placement(
        ["act", "insert", "sample", "learn"], devices: device == "cpu" ? [:] : ["learn": device],
        implementations: device == "cpu" ? ["learn": implementation(threads: threads)] : [:])
    ])
  }

  /// The name of the device that a plan has the learner's networks on.
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
  /// - Throws: `DeviceError` if this keeps its networks elsewhere.
  fileprivate func checkPlace(_ device: any Device) throws {
    guard deviceName == device.name else {
      throw DeviceError(
        device: device.name, action: "learn", reason: .refused,
        detail: "the networks are on \(deviceName)")
    }
  }
}
