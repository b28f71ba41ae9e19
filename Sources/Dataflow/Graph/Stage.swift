/// A step of the application: what goes in, what comes out, at which rates, and every implementation of it.
///
/// A stage says nothing of where it runs; a `Plan` does.
public struct Stage: Sendable {
  public let name: String
  public let inputs: [Port]
  public let outputs: [Port]
  /// Whether an instance carries state from one firing to the next. A stateful stage has one instance.
  public let isStateful: Bool
  /// At least one; the first is the reference that the others are compared with.
  public let implementations: [Implementation]

  public init(
    _ name: String, inputs: [Port], outputs: [Port], isStateful: Bool = false,
    implementations: [Implementation]
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.isStateful = isStateful
    self.implementations = implementations
  }
}

extension Stage {
  /// A stage of one input and one output that applies a function to each value, on the CPU.
  public init<Input: Sendable, Output: Sendable>(
    _ name: String, _ transform: @escaping @Sendable (Input) throws -> Output
  ) {
    self.init(
      name,
      inputs: [Port("in", PortType(Input.self))],
      outputs: [Port("out", PortType(Output.self))],
      implementations: [
        .cpu { firing in firing.emit(try transform(firing.input(as: Input.self))) }
      ])
  }
}
