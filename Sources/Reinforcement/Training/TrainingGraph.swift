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

    /// - Parameter threads: what implementations there are, by the number of threads that they compute with.
    func stage(
      _ name: String, _ inputs: [(String, Int)], _ outputs: [(String, Int)],
      threads: ClosedRange<Int> = 1...1,
      _ fire: @escaping @Sendable () throws -> Void
    ) -> Stage {
      Stage(
        name, inputs: inputs.map { Port($0.0, signal, rate: .fixed($0.1)) },
        outputs: outputs.map { Port($0.0, signal, rate: .fixed($0.1)) }, isStateful: true,
        implementations: threads.map { threads in
          .cpu(implementation(threads: threads), cores: threads) { firing in
            ComputeThreads.count = threads
            try fire()
            for (port, output) in outputs.enumerated() {
              for _ in 0..<output.1 { firing.emit(Signal(), on: port) }
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
          "learn", [("minibatch", 1)], [("parameters", steps / divisor), ("priorities", 1)], threads: 1...2
        ) {
          try parts.learn()
        },
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

  /// Everything in one worker; learning with as many threads as the experiment says.
  static func plan(_ graph: Graph, threads: Int) -> Plan {
    Plan([Placement(graph.stages.map(\.name), implementations: ["learn": implementation(threads: threads)])])
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}
