/// What one firing of a stage does, in numbers that hold whatever does it.
public struct Work: Sendable, Hashable {
  /// One command to a device, which starts it, works and is done.
  public struct Kernel: Sendable, Hashable {
    /// Floating-point operations; a multiplication with an addition is two.
    public var flops: Double
    /// Bytes read and written for the firing alone, such as pixels and activations.
    public var bytes: Double
    /// Bytes that are read once for a whole batch of firings, such as weights.
    public var sharedBytes: Double
    /// Compressed bytes that have to be decoded one after the other.
    public var entropyBytes: Double

    public init(flops: Double = 0, bytes: Double = 0, sharedBytes: Double = 0, entropyBytes: Double = 0) {
      self.flops = flops
      self.bytes = bytes
      self.sharedBytes = sharedBytes
      self.entropyBytes = entropyBytes
    }
  }

  /// Data that moves between devices if they are not the same.
  public struct Traffic: Sendable, Hashable {
    public var bytes: Double
    /// Transfers, on average.
    public var messages: Double

    public init(bytes: Double, messages: Double = 1) {
      self.bytes = bytes
      self.messages = messages
    }

    public static let none = Traffic(bytes: 0, messages: 0)

    package static func * (traffic: Traffic, factor: Double) -> Traffic {
      Traffic(bytes: traffic.bytes * factor, messages: traffic.messages)
    }
  }

  /// In the order in which they are done.
  public var kernels: [Kernel]
  /// What the firing takes in from stages that come before it.
  public var input: Traffic
  /// What it takes in from stages that come after it, such as parameters; on average.
  public var feedback: Traffic
  /// Whether only the host can do it, such as an environment.
  public var needsHost: Bool

  public init(
    _ kernels: [Kernel] = [], input: Traffic = .none, feedback: Traffic = .none,
    needsHost: Bool = false
  ) {
    self.kernels = kernels
    self.input = input
    self.feedback = feedback
    self.needsHost = needsHost
  }

  public var flops: Double { kernels.reduce(0) { $0 + $1.flops } }
}
