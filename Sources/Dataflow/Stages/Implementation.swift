/// A stage's code for one kind of device, like a codelet of StarPU (Augonnet et al. 2011).
public struct Implementation: Sendable {
  /// The part of the device that one firing keeps busy.
  public enum Parallelism: Sendable, Hashable {
    /// So many cores: several instances run side by side.
    case cores(Int)
    /// The whole device, by threads or queues of its own: instances would only take turns.
    case device

    public static let core = Parallelism.cores(1)

    /// Cores of the device that one firing keeps busy.
    public func cores(of device: any Device) -> Int {
      switch self {
      case .cores(let count): min(count, device.cores)
      case .device: device.cores
      }
    }
  }

  /// Unique within its stage, such as `avx2` or `onnxruntime`.
  public let name: String
  public let deviceKind: DeviceKind
  public let parallelism: Parallelism
  /// The reduced precision, if the results differ from the reference's. It needs a tolerance in the plan.
  public let approximation: Approximation?
  /// The most firings in one call of `fire`, each with its own tokens. More than 1 requires a stateless stage
  /// with one token from each input. After an error they are fired again singly.
  public let maximumBatchSize: Int
  /// Makes a worker's instance. Called once for each, before anything fires.
  public let makeInstance: @Sendable (any Device) throws -> any StageInstance

  public init(
    _ name: String, on deviceKind: DeviceKind, parallelism: Parallelism = .core,
    approximation: Approximation? = nil, maximumBatchSize: Int = 1,
    makeInstance: @escaping @Sendable (any Device) throws -> any StageInstance
  ) {
    self.name = name
    self.deviceKind = deviceKind
    self.parallelism = parallelism
    self.approximation = approximation
    self.maximumBatchSize = maximumBatchSize
    self.makeInstance = makeInstance
  }
}

/// A way to compute with fewer digits than a stage's reference. Implementations with the same way give the
/// same results.
public struct Approximation: Sendable, Hashable {
  /// Such as `openvino-int8`.
  public let name: String
  /// Of ways with the same name, a higher caution gives the reference's result more often, and takes longer.
  public let caution: Double

  public init(_ name: String, caution: Double = 0) {
    self.name = name
    self.caution = caution
  }
}

extension Implementation {
  /// An implementation on CPU cores from a function.
  public static func cpu(
    _ name: String = "cpu", cores: Int = 1, maximumBatchSize: Int = 1,
    _ fire: @escaping @Sendable (Firing) throws -> Void
  ) -> Implementation {
    Implementation(name, on: .cpu, parallelism: .cores(cores), maximumBatchSize: maximumBatchSize) { _ in
      FunctionInstance(fire: fire)
    }
  }
}

extension Device {
  /// The implementations of a stage for the device's kind. For a simulated device other than a CPU, one is
  /// assumed to exist.
  public func implementations(of stage: Stage) -> [Implementation] {
    guard isSimulated, kind != .cpu else { return stage.implementations.filter { $0.deviceKind == kind } }
    guard stage.work != nil else { return [] }
    return [
      Implementation("declared", on: kind, maximumBatchSize: .max) {
        throw DeviceError.describedOnly($0.name)
      }
    ]
  }
}

extension Stage {
  /// The most firings in one call of an implementation; 1 for stages that keep state, or take other than one
  /// token from each input.
  public func maximumBatchSize(by implementation: Implementation) -> Int {
    let isPlain = !isStateful && !inputs.isEmpty && inputs.allSatisfy { $0.rate == .fixed(1) }
    return isPlain ? implementation.maximumBatchSize : 1
  }
}

/// A worker's instance of a stage. Used by one thread at a time, so it may keep scratch memory and state.
public protocol StageInstance: AnyObject {
  /// Takes the firing's inputs and emits its outputs. An error fails the items of this firing only.
  func fire(_ firing: Firing) throws
}

private final class FunctionInstance: StageInstance {
  private let body: @Sendable (Firing) throws -> Void

  init(fire: @escaping @Sendable (Firing) throws -> Void) { body = fire }

  func fire(_ firing: Firing) throws { try body(firing) }
}
