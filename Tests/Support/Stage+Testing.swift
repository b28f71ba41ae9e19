import Dataflow

extension Stage {
  /// A stage of integers whose ports are named `in`, or `in0`, `in1`, … when there are several, and the same for
  /// `out`. Each firing makes every output from all its inputs, so that a token that is lost, doubled or swapped
  /// shows in the results.
  public static func mixing(
    _ name: String, in consumed: [Int] = [1], out produced: [Int] = [1], isStateful: Bool = false
  ) -> Stage {
    rated(name, in: consumed.map { .fixed($0) }, out: produced.map { .fixed($0) }, isStateful: isStateful) {
      firing in
      var mixed = 17
      for port in consumed.indices {
        for index in 0..<firing.count(of: port) {
          mixed = (mixed &* 31 &+ (try firing.input(port, at: index, as: Int.self))) % 1_000_003
        }
      }
      for (port, count) in produced.enumerated() {
        for index in 0..<count {
          let owners = consumed.isEmpty ? 1 : firing.count(of: 0)
          firing.emit((mixed &+ 7 &* port &+ index) % 1_000_003, on: port, of: index * owners / count)
        }
      }
    }
  }

  /// A stage of integer ports at the given rates.
  public static func rated(
    _ name: String, in inputs: [Rate] = [.fixed(1)], out outputs: [Rate] = [.fixed(1)],
    isStateful: Bool = false, fire: @escaping @Sendable (Firing) throws -> Void = { _ in }
  ) -> Stage {
    Stage(
      name, inputs: ports("in", inputs), outputs: ports("out", outputs), isStateful: isStateful,
      implementations: [.cpu("cpu", fire)])
  }

  private static func ports(_ name: String, _ rates: [Rate]) -> [Port] {
    rates.enumerated().map { index, rate in
      Port(rates.count == 1 ? name : "\(name)\(index)", PortType(Int.self), rate: rate)
    }
  }
}

/// What a stage throws in a test.
public struct StageFailure: Error, Equatable {
  public let value: Int

  public init(_ value: Int = 0) { self.value = value }
}
