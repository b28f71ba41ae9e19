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
  /// What one firing does, whatever does it, for items of a size: what declared devices are estimated by.
  public let work: (@Sendable (Footprint) -> Work?)?
  /// What the stage keeps its state in, if other stages use the same: all of them must run on one device.
  public let memory: String?
  /// What whoever uses the stage should be told, a sentence each: nothing is wrong, but it may not be what was meant.
  public var remarks: [String] = []

  /// - Parameter operation: what it does, as a value of its own type: the implementations that kinds of devices have registered
  ///   for such operations come after those given.
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
