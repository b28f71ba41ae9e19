import Dataflow
import Kernels

/// Training as dataflow: act → insert → sample → learn, with what learning gives back as edges with initial items.
///
/// In one iteration the actor takes `train_freq` steps, which are inserted together, and as many updates as
/// `gradient_steps` follow. The edge from learn to act carries parameters: its initial items are what lets the
/// actor run ahead by one round. The edge from learn to sample carries priorities: the next minibatch is drawn
/// when the last one has been learned from.
enum TrainingGraph {
  static func make(_ name: String, _ parts: TrainingParts) throws -> Graph {
    let (steps, updates) = (parts.settings.trainFrequency, parts.settings.updatesPerRound)
    let divisor = greatestCommonDivisor(steps, updates)
    let initialParameters = steps * updates / divisor
    guard initialParameters <= Schedule.maximumFirings else {
      throw TrainingError.roundTooLong(steps: steps, updates: updates)
    }
    let signal = PortType(Signal.self)

    func stage(
      _ name: String, _ inputs: [(String, Int)], _ outputs: [(String, Int)],
      by implementations: [LearnImplementation] = [LearnImplementation(kind: .cpu)],
      _ fire: @escaping @Sendable () throws -> Void
    ) -> Stage {
      Stage(
        name, inputs: inputs.map { Port($0.0, signal, rate: .fixed($0.1)) },
        outputs: outputs.map { Port($0.0, signal, rate: .fixed($0.1)) }, isStateful: true,
        implementations: implementations.map { way in
          Implementation(way.name, on: way.kind, parallelism: way.parallelism) { device in
            // Who runs the stage on the CPU may have the networks anywhere; elsewhere they must be there.
            if way.kind != .cpu { try parts.backend.checkPlace(device) }
            return TrainingInstance {
              ComputeThreads.count = way.threads
              try fire()
              $0.transferred(for: parts.backend.takeTransferTime())
              for (port, output) in outputs.enumerated() {
                for _ in 0..<output.1 { $0.emit(Signal(), on: port) }
              }
            }
          }
        })
    }

    return try Graph(
      name,
      stages: [
        stage("act", [("parameters", updates / divisor)], [("step", 1)]) { parts.act() },
        stage("insert", [("steps", steps)], [("permits", updates)]) { parts.insert() },
        stage("sample", [("permit", 1), ("priorities", 1)], [("minibatch", 1)]) { parts.sample() },
        stage(
          "learn", [("minibatch", 1)], [("parameters", steps / divisor), ("priorities", 1)],
          by: LearnImplementation.all
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

  /// Everything in one worker; learning with so many threads, or on a device of its own.
  static func plan(threads: Int, learnerDevice: (any Device)? = nil) -> Plan {
    let way = LearnImplementation(kind: learnerDevice?.kind ?? .cpu, threads: threads)
    return Plan([
      Placement(
        ["act", "insert", "sample", "learn"], devices: learnerDevice.map { ["learn": $0.name] } ?? [:],
        implementations: ["learn": way.name])
    ])
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}

/// A way to run a stage of training.
struct LearnImplementation {
  let kind: DeviceKind
  /// Those of the CPU that compute.
  var threads = 1

  var name: String { kind == .cpu && threads > 1 ? "cpu-\(threads)-threads" : kind.rawValue }

  var parallelism: Implementation.Parallelism { kind == .cpu ? .cores(threads) : .device }

  /// Learning on the CPU by one thread and by two, and on every other kind of device that can have networks.
  static var all: [LearnImplementation] {
    NetworkBackends.kinds.flatMap { kind in
      kind == .cpu ? (1...2).map { Self(kind: kind, threads: $0) } : [Self(kind: kind)]
    }
  }
}

private final class TrainingInstance: StageInstance {
  private let body: (Firing) throws -> Void

  init(_ body: @escaping (Firing) throws -> Void) { self.body = body }

  func fire(_ firing: Firing) throws { try body(firing) }
}

extension NetworkBackend {
  /// - Throws: `DeviceError` if this keeps its networks elsewhere.
  fileprivate func checkPlace(_ device: any Device) throws {
    guard deviceName == device.name else {
      throw DeviceError(
        device: device.name, action: "learn", reason: .refused,
        detail: "the networks are on \(deviceName); give the trainer this device as its learner's")
    }
  }
}
