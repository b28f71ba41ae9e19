import Foundation

/// A network whose answers are much larger than its requests: 12 bytes of a row become 16,000.
public struct WideNetwork: Sendable {
  public static let name = "wide"
  public static let outputs = 4000
  public static let infer = "/inference.GRPCInferenceService/ModelInfer"
  public static let stream = "/inference.GRPCInferenceService/ModelStreamInfer"
  public static let path = "/v2/models/wide/infer"

  private let folder: TemporaryFolder
  public let model: String

  public init() throws {
    folder = try TemporaryFolder()
    let network = ONNXModel {
      $0.side = 1
      $0.classes = Self.outputs
    }
    model = try folder.write(network.data, to: "\(Self.name).onnx")
  }

  /// Bytes of the tensor that answers so many rows.
  public static func bytes(rows: Int) -> Int { rows * outputs * 4 }

  /// What is asked for in JSON; answers are binary, or numbers in JSON of about half as many bytes.
  public static func json(rows: Int, isBinary: Bool = true) -> Data {
    let numbers = Array(repeating: "1", count: 3 * rows).joined(separator: ",")
    return Data(
      """
      {"inputs":[{"name":"image","shape":[\(rows),3,1,1],"datatype":"FP32","data":[\(numbers)]}],\
      "parameters":{"binary_data_output":\(isBinary)}}
      """.utf8)
  }

  /// A `ModelInferRequest`.
  public static func message(rows: Int, id: String = "") -> Data {
    var message = ProtocolBuffer()
    message.add(1, name)
    message.add(3, id)
    message.add(5) { input in
      input.add(1, "image")
      input.add(2, "FP32")
      for extent in [rows, 3, 1, 1] { input.add(3, extent) }
    }
    message.add(7, Array(repeating: Float(1), count: 3 * rows).withUnsafeBytes { Data($0) })
    return message.bytes
  }
}
