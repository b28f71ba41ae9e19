import Basics
import Dataflow

/// A random graph with consistent rates: every stage is mixing, roots take items, leaves answer them.
public struct RandomGraph {
  public let graph: Graph

  public init(
    stages range: ClosedRange<Int>, hasFeedback: Bool, using random: inout some RandomNumberGenerator
  ) throws {
    let count = Int.random(in: range, using: &random)
    // Firings of each stage in one iteration come first, so that rates can be made to fit; each divides 12.
    let firings = (0..<count).map { _ in [1, 2, 3, 4, 6].randomElement(using: &random) ?? 1 }
    var consumed = Array(repeating: [Int](), count: count)
    var produced = Array(repeating: [Int](), count: count)
    var links: [(source: (Int, Int), target: (Int, Int), initial: Int)] = []
    func link(_ source: Int, _ target: Int, isFeedback: Bool) {
      let divisor = greatestCommonDivisor(firings[source], firings[target])
      let (give, take) = (firings[target] / divisor, firings[source] / divisor)
      links.append(
        (
          (source, produced[source].count), (target, consumed[target].count),
          isFeedback ? take * firings[target] : 0
        ))
      produced[source].append(give)
      consumed[target].append(take)
    }

    var inputs: [(Int, Int)] = []
    for target in 0..<count {
      let sources = (0..<target).filter { _ in Int.random(in: 0..<max(target, 2), using: &random) == 0 }
      for source in sources.prefix(3) { link(source, target, isFeedback: false) }
      if sources.isEmpty {
        inputs.append((target, consumed[target].count))
        consumed[target].append(12 / firings[target])
      }
    }
    if hasFeedback {
      for source in 0..<count where Int.random(in: 0..<4, using: &random) == 0 {
        link(source, Int.random(in: 0...source, using: &random), isFeedback: true)
      }
    }
    var outputs: [(Int, Int)] = []
    for source in 0..<count where produced[source].isEmpty || source == count - 1 {
      outputs.append((source, produced[source].count))
      produced[source].append(Int.random(in: 1...2, using: &random))
    }

    func endpoint(_ port: (stage: Int, port: Int), _ ports: [[Int]], _ name: String) -> Endpoint {
      Endpoint("s\(port.stage).\(name)" + (ports[port.stage].count == 1 ? "" : "\(port.port)"))
    }
    graph = try Graph(
      "random",
      stages: (0..<count).map { .mixing("s\($0)", in: consumed[$0], out: produced[$0]) },
      edges: links.map { link in
        Edge(
          endpoint(link.source, produced, "out"), endpoint(link.target, consumed, "in"),
          initialItems: Array(repeating: 1, count: link.initial))
      },
      inputs: inputs.map { endpoint($0, consumed, "in") },
      outputs: outputs.map { endpoint($0, produced, "out") })
  }
}
