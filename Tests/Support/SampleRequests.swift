import Foundation

/// Correct requests to a server of `WideNetwork`, `SampleRequests.identity` and `PipelineFile`, for others to damage.
public struct SampleRequests: Sendable {
  /// A network that gives what it takes, without the signs: `[N, 3, 2, 2]`.
  public static let identityName = "identity"
  public static var identity: ONNXModel {
    ONNXModel {
      $0.side = 2
      $0.givesPixels = true
    }
  }
  public static let tiny = "tiny"

  /// A small file of each kind of image.
  public let images: [Data]

  public init(images: [Data]) { self.images = images }

  /// Bodies in JSON, each with the model that it is for, and the bytes of its JSON where something follows.
  public var json: [(model: String, body: Data, header: Int?)] {
    let numbers = Array(repeating: "-1.5e0", count: 12).joined(separator: ",")
    let binary = Array(repeating: Float(1), count: 12).withUnsafeBytes { Data($0) }
    let head =
      #"{"inputs":[{"name":"image","shape":[1,3,2,2],"datatype":"FP32","parameters":{"binary_data_size":48}}],"outputs":[{"name":"scores","parameters":{"binary_data":true}}]}"#
    var all: [(String, Data, Int?)] = [
      (WideNetwork.name, WideNetwork.json(rows: 1), nil),
      (
        WideNetwork.name,
        Data(
          #"{"inputs":[{"name":"image","shape":[1,3,1,1],"datatype":"FP32","data":[[[[1]],[[2]],[[3]]]]}]}"#
            .utf8), nil
      ),
      (
        Self.identityName,
        Data(
          #"{"id":"a","inputs":[{"name":"image","shape":[1,3,2,2],"datatype":"FP32","data":[\#(numbers)],"parameters":{"q":1}}],"outputs":[{"name":"scores","parameters":{"binary_data":false}}],"parameters":{"priority":3,"timeout":5000000}}"#
            .utf8), nil
      ),
      (Self.identityName, Data(head.utf8) + binary, head.utf8.count),
    ]
    for image in images where image.count < 4096 {
      let text = image.base64EncodedString()
      all.append(
        (
          Self.tiny,
          Data(
            #"{"inputs":[{"name":"image","shape":[1,1],"datatype":"BYTES","parameters":{"content_type":"base64"},"data":["\#(text)"]}],"outputs":[{"name":"label"},{"name":"score"}]}"#
              .utf8), nil
        ))
    }
    return all
  }

  /// Messages of the protocol's calls: their names, and what is sent.
  public var messages: [(call: String, message: Data)] {
    func named(_ field: Int, _ name: String) -> Data {
      var message = ProtocolBuffer()
      message.add(field, name)
      return message.bytes
    }
    var inside = ProtocolBuffer()
    inside.add(1, Self.identityName)
    inside.add(5) { input in
      input.add(1, "image")
      input.add(2, "FP32")
      input.add(3, Data([1, 3, 2, 2]))
      input.add(5) { $0.add(6, Array(repeating: Float(2), count: 12).withUnsafeBytes { Data($0) }) }
    }
    inside.add(6) { $0.add(1, "scores") }
    return [
      ("ModelInfer", WideNetwork.message(rows: 1)), ("ModelInfer", WideNetwork.message(rows: 3, id: "three")),
      ("ModelInfer", inside.bytes), ("ModelStreamInfer", inside.bytes),
    ] + images.filter { $0.count < 4096 }.map { ("ModelInfer", Self.message(of: $0)) } + [
      ("ModelMetadata", named(1, WideNetwork.name)), ("ModelConfig", named(1, Self.tiny)),
      ("ModelReady", named(1, Self.tiny)), ("ModelStatistics", named(1, "")), ("ServerMetadata", Data()),
      ("RepositoryIndex", Data([0x10, 1])), ("RepositoryModelLoad", named(2, "nobody")),
    ]
  }

  /// A `ModelInferRequest` of an image.
  public static func message(of image: Data) -> Data {
    var message = ProtocolBuffer()
    message.add(1, tiny)
    message.add(3, "id")
    message.add(4) { entry in
      entry.add(1, "priority")
      entry.add(2) { $0.add(2, 5) }
    }
    message.add(5) { input in
      input.add(1, "image")
      input.add(2, "BYTES")
      input.add(3, 1)
      input.add(3, 1)
    }
    message.add(7, withUnsafeBytes(of: UInt32(image.count).littleEndian) { Data($0) } + image)
    return message.bytes
  }

  /// Whole requests of HTTP/1.1.
  public var http1: [Data] {
    func request(_ path: String, _ fields: String, _ body: Data) -> Data {
      Data("POST \(path) HTTP/1.1\r\nHost: x\r\n\(fields)Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }
    var all = json.map { model, body, header in
      let field = header.map { "Inference-Header-Content-Length: \($0)\r\n" } ?? ""
      return request("/v2/models/\(model)/infer", "Content-Type: application/json\r\n" + field, body)
    }
    if let (_, body, _) = json.first {
      let size = String(body.count, radix: 16)
      all.append(
        Data(
          "POST \(WideNetwork.path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\(size)\r\n"
            .utf8) + body + Data("\r\n0\r\n\r\n".utf8))
    }
    for image in images {
      let path = "/v2/models/\(Self.tiny)/infer"
      all.append(
        request(
          path + "?priority=1&timeout_us=9000000",
          "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\ntracestate: a=b,c=d\r\n",
          image))
      let form =
        Data("--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\n\r\n".utf8) + image
        + Data("\r\n--b--\r\n".utf8)
      all.append(request(path, "Content-Type: multipart/form-data; boundary=b\r\n", form))
    }
    let gets =
      "GET /v2/models/wide/versions/1/config HTTP/1.1\r\nHost: x\r\n\r\nGET /v2/live?since=5 HTTP/1.1\r\nHost: x\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\nAccept: application/openmetrics-text\r\n\r\n"
    return all + [
      Data(gets.utf8), request("/v2/repository/index", "", Data(#"{"ready":true}"#.utf8)),
      request("/v2/repository/models/nobody/load", "", Data(#"{"parameters":{"a":1}}"#.utf8)),
    ]
  }
}
