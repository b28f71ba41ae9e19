/// A stage's code for one kind of device, as a codelet of StarPU (Augonnet et al. 2011).
public struct Implementation: Sendable {
  /// How much of the device one firing keeps busy.
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
  /// How it computes if its results differ from the stage's reference: it may only be used where a tolerance allows it.
  public let approximation: Approximation?
  /// How many firings one call of `fire` can do, on as many tokens of each input; what it emits belongs to them one by one. More
  /// than one is for stages that keep no state and take one token from each input; after an error they are fired again, singly.
  public let maximumBatchSize: Int
  /// Makes what one worker runs. Called once for each instance, before anything fires.
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

/// A way to compute with fewer digits than a stage's reference. Implementations of the same way give the same results.
public struct Approximation: Sendable, Hashable {
  /// Such as `openvino-int8`.
  public let name: String
  /// Of ways with the same name, one of more caution gives the reference's answer more often, and takes longer.
  public let caution: Double

  public init(_ name: String, caution: Double = 0) {
    self.name = name
    self.caution = caution
  }
}

extension Implementation {
  /// An implementation on CPU cores, one if not said otherwise, from a function.
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
  /// The ways to run a stage on the device: those that are written for its kind. For a device that is only described, and
  /// is no CPU, it is assumed that somebody writes one.
  public func implementations(of stage: Stage) -> [Implementation] {
    guard isSimulated, kind != .cpu else { return stage.implementations.filter { $0.deviceKind == kind } }
    guard stage.work != nil else { return [] }
    return [
      Implementation("declared", on: kind, maximumBatchSize: .max) { throw DeviceError.describedOnly($0.name) }
    ]
  }
}

extension Stage {
  /// How many firings an implementation can do at once: those of stages that keep state, or take other than one token from
  /// each input, only one.
  public func maximumBatchSize(by implementation: Implementation) -> Int {
    let isPlain = !isStateful && !inputs.isEmpty && inputs.allSatisfy { $0.rate == .fixed(1) }
    return isPlain ? implementation.maximumBatchSize : 1
  }
}

/// What a worker fires. Used by one thread at a time, so it may keep scratch memory and state.
public protocol StageInstance: AnyObject {
  /// Takes the firing's inputs and emits its outputs. An error fails the items of this firing, no others.
  func fire(_ firing: Firing) throws
}

private final class FunctionInstance: StageInstance {
  private let body: @Sendable (Firing) throws -> Void

  init(fire: @escaping @Sendable (Firing) throws -> Void) { body = fire }

  func fire(_ firing: Firing) throws { try body(firing) }
}
