/// The work of one firing of a stage, independent of the device.
public struct Work: Sendable, Hashable {
  /// One command to a device.
  public struct Kernel: Sendable, Hashable {
    /// Floating-point operations; a multiplication with an addition is two.
    public var flops: Double
    /// Bytes read and written for each firing, such as pixels and activations.
    public var bytes: Double
    /// Bytes read once for a whole batch of firings, such as weights.
    public var sharedBytes: Double
    /// Compressed bytes, decoded sequentially.
    public var entropyBytes: Double

    public init(flops: Double = 0, bytes: Double = 0, sharedBytes: Double = 0, entropyBytes: Double = 0) {
      self.flops = flops
      self.bytes = bytes
      self.sharedBytes = sharedBytes
      self.entropyBytes = entropyBytes
    }
  }

  /// Data that moves between stages on different devices.
  public struct Traffic: Sendable, Hashable {
    public var bytes: Double
    /// The average number of transfers.
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

  /// The kernels in order of execution.
  public var kernels: [Kernel]
  /// The data from earlier stages.
  public var input: Traffic
  /// The average data from later stages, such as parameters.
  public var feedback: Traffic
  /// Whether only the host can run it, such as an environment.
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
