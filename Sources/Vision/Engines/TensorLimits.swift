/// How large tensors may become: what a model's file, or a client's numbers, decide is not believed.
public struct TensorLimits: Sendable, Hashable {
  /// Rows of a batch, where the model leaves their number open.
  public var maximumBatch = 4096
  /// Bytes of one tensor, that goes in or comes out.
  public var maximumBytes = 64 << 20
  /// Bytes of all tensors that go in, and of all that come out, of one request.
  public var maximumRequestBytes = 256 << 20

  public init() {}

  /// The options of `drivetrain serve` that change them, for messages.
  public static let batchOption = "--max-batch"
  public static let bytesOption = "--max-tensor-bytes"
  public static let requestBytesOption = "--max-request-tensor-bytes"

  private static let batchKey = "max_batch", bytesKey = "max_tensor_bytes", requestKey = "max_request_bytes"

  /// As a graph's overrides carry them; what isn't among those is as usual.
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

  /// Refuses what is, or would be, too large.
  ///
  /// - Parameter bytes: `nil` for more than can be counted.
  public func check(_ name: String, bytes: Int?) throws(EngineError) {
    guard let bytes, bytes <= maximumBytes else {
      throw .tooLarge(tensor: name, bytes: bytes, limit: maximumBytes, option: Self.bytesOption)
    }
  }

  /// Refuses tensors that are too large together.
  public func check(all tensors: [Tensor], _ what: String) throws(EngineError) {
    let bytes = tensors.reduce(0) { $0 + $1.bytes.count }
    guard bytes <= maximumRequestBytes else {
      throw .tooLarge(
        tensor: what, bytes: bytes, limit: maximumRequestBytes, option: Self.requestBytesOption)
    }
  }
}
