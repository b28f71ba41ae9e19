/// A step of the application: its inputs, its outputs, their rates, and its implementations.
///
/// A `Plan`, not the stage, decides where it runs.
public struct Stage: Sendable {
  public let name: String
  public let inputs: [Port]
  public let outputs: [Port]
  /// Whether an instance carries state from one firing to the next. A stateful stage has one instance.
  public let isStateful: Bool
  /// At least one; the first is the reference for the others.
  public internal(set) var implementations: [Implementation]
  /// A description of its operation, of a type of its own.
  package let operation: (any Sendable)?
  /// The work of one firing for items of a size. Estimates for declared devices use it.
  public let work: (@Sendable (Footprint) -> Work?)?
  /// The name of state shared with other stages: all of them must run on one device.
  public let memory: String?
  /// Warnings for the user, a sentence each: nothing is wrong, but the effect may be unintended.
  public var remarks: [String] = []

  /// - Parameter operation: registered implementations of such operations come after those given; see
  ///   `DeviceImplementations`.
  public init(
    _ name: String, inputs: [Port], outputs: [Port], isStateful: Bool = false,
    implementations: [Implementation], operation: (any Sendable)? = nil, memory: String? = nil,
    work: (@Sendable (Footprint) -> Work?)? = nil
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.isStateful = isStateful
    self.implementations =
      implementations + (operation.map { DeviceImplementations.implementations(of: $0) } ?? [])
    self.operation = operation
    self.memory = memory
    self.work = work
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
