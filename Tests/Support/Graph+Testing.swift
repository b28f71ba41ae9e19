import Basics
import Dataflow

extension Graph {
  /// One stage that adds every item to a sum, which is its state; items that are refused fail.
  public static func runningSum(refuses: @escaping @Sendable (Int) -> Bool = { _ in false }) throws -> Graph {
    let sum = Stage.rated("sum", in: [.fixed(1), .fixed(1)], out: [.fixed(1), .fixed(1)]) { firing in
      let value = try firing.input(0, as: Int.self)
      if refuses(value) { throw StageFailure(value) }
      let sum = try value + firing.input(1, as: Int.self)
      firing.emit(sum, on: 0)
      firing.emit(sum, on: 1)
    }
    return try Graph(
      "sum", stages: [sum], edges: [Edge("sum.out1", "sum.in1", initialItems: [0])], inputs: ["sum.in0"],
      outputs: ["sum.out0"])
  }

  /// Random integers for some iterations.
  public func randomItems(iterations: Int, using random: inout some RandomNumberGenerator) -> [[any Sendable]]
  {
    (0..<(iterations * itemsPerIteration)).map { _ in
      inputs.map { _ in Int.random(in: 0..<1_000, using: &random) }
    }
  }
}

extension Stage {
  /// Passes integers on, or throws `StageFailure` with those that are refused.
  public static func refusing(_ name: String, _ refuses: @escaping @Sendable (Int) -> Bool) -> Stage {
    Stage(name) { (value: Int) in
      if refuses(value) { throw StageFailure(value) }
      return value
    }
  }

  /// A mixing stage that writes its name down each time it fires.
  public static func logging(_ name: String, to log: Log, in consumed: [Int] = [1], out produced: [Int] = [1])
    -> Stage
  {
    .rated(name, in: consumed.map { .fixed($0) }, out: produced.map { .fixed($0) }) { firing in
      log.append(name)
      for (port, count) in produced.enumerated() {
        for index in 0..<count { firing.emit(index, on: port) }
      }
    }
  }
}

extension ItemResult {
  /// The outputs of a graph of integers.
  public var integers: [[Int]] { outputs.map { $0.compactMap { $0 as? Int } } }
}

/// What happened, in order, from any thread.
public final class Log: Sendable {
  private let lines = Locked<[String]>([])

  public init() {}

  public var entries: [String] { lines.withLock { $0 } }

  public func append(_ entry: String) { lines.withLock { $0.append(entry) } }
}
