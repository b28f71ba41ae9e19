import Basics
import Dataflow
import NIOCore
import Vision

/// A response of the Open Inference Protocol.
struct InferenceResponse: Sendable {
  let model: String
  let version: Int
  /// The request's identifier.
  let id: String?
  /// The requested outputs.
  let outputs: [(tensor: OutputTensor, isBinary: Bool)]
  /// The attribution of the slowest of the request's images.
  let attribution: Attribution?

  /// The attribution in microseconds, as parameters of the response.
  var times: [(name: String, microseconds: Double)] {
    guard let attribution else { return [] }
    func microseconds(_ time: Nanoseconds) -> Double { Double(time) / 1000 }
    return attribution.stages.map { ("\($0.name)_us", microseconds($0.compute)) }
      + [
        ("queue_us", microseconds(attribution.queue)), ("transfer_us", microseconds(attribution.transfer)),
        ("unattributed_us", microseconds(attribution.unattributed)),
        ("total_us", microseconds(attribution.total)),
      ]
  }

  /// - Returns: the JSON, and the binary data behind it.
  /// - Precondition: JSON can represent all outputs that aren't binary.
  func json() -> (json: String, binary: ByteBuffer?) {
    var binary: ByteBuffer?
    var json = JSONText(capacity: 256 + outputs.count * 128)
    json.object { json in
      json.value("model_name", model)
      json.value("model_version", "\(version)")
      if let id { json.value("id", id) }
      if attribution != nil {
        json.object("parameters") { json in for (name, time) in times { json.value(name, time) } }
      }
      json.array("outputs") { json in
        for (tensor, isBinary) in outputs {
          json.object { json in
            Self.writeHead(tensor, to: &json)
            if isBinary {
              let size = tensor.withRawBytes { bytes in
                binary = binary ?? ByteBuffer()
                return binary?.writeBytes(bytes) ?? 0
              }
              json.object("parameters") { $0.value("binary_data_size", size) }
            } else {
              tensor.writeData(to: &json)
            }
          }
        }
      }
    }
    return (json.text, binary)
  }

  private static func writeHead(_ tensor: OutputTensor, to json: inout JSONText) {
    json.value("name", tensor.name)
    json.value("datatype", tensor.datatype)
    json.array("shape") { json in for extent in tensor.shape { json.value(nil, extent) } }
  }
}
