/// Upper bounds on tensors' sizes: the numbers of model files and clients are not trusted.
public struct TensorLimits: Sendable, Hashable {
  /// Maximum rows of a batch, where the model leaves their number open.
  public var maximumBatch = 4096
  /// Maximum bytes of one input or output.
  public var maximumBytes = 64 << 20
  /// Maximum bytes of all inputs of a request, and of all its outputs.
  public var maximumRequestBytes = 256 << 20

  public init() {}

  /// The options of `drivetrain serve` that change the limits, for messages.
  public static let batchOption = "--max-batch"
  public static let bytesOption = "--max-tensor-bytes"
  public static let requestBytesOption = "--max-request-tensor-bytes"

  private static let batchKey = "max_batch", bytesKey = "max_tensor_bytes", requestKey = "max_request_bytes"

  /// Reads a graph's overrides; missing limits keep their defaults.
  init(overrides: [String: String]) {
    maximumBatch = overrides[Self.batchKey].flatMap { Int($0) } ?? maximumBatch
    maximumBytes = overrides[Self.bytesKey].flatMap { Int($0) } ?? maximumBytes
    maximumRequestBytes = overrides[Self.requestKey].flatMap { Int($0) } ?? maximumRequestBytes
  }

  var overrides: [String: String] {
    [
      Self.batchKey: "\(maximumBatch)", Self.bytesKey: "\(maximumBytes)",
      Self.requestKey: "\(maximumRequestBytes)",
    ]
  }

  /// Refuses a tensor that is, or would be, too large.
  ///
  /// - Parameter bytes: `nil` for a size beyond `Int`.
  public func check(_ name: String, bytes: Int?) throws(EngineError) {
    guard let bytes, bytes <= maximumBytes else {
      throw .tooLarge(tensor: name, bytes: bytes, limit: maximumBytes, option: Self.bytesOption)
    }
  }

  /// Refuses tensors that are too large in total.
  public func check(all tensors: [Tensor], _ what: String) throws(EngineError) {
    let bytes = tensors.reduce(0) { $0 + $1.bytes.count }
    guard bytes <= maximumRequestBytes else {
      throw .tooLarge(
        tensor: what, bytes: bytes, limit: maximumRequestBytes, option: Self.requestBytesOption)
    }
  }
}
