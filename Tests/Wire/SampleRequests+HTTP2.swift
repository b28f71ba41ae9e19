import Foundation
import TestSupport

extension SampleRequests {
  /// What clients send over whole connections of HTTP/2: calls of gRPC, and requests beside calls that are given up.
  public var http2: [Data] {
    let fields = [("content-type", "application/grpc"), ("te", "trailers"), ("grpc-timeout", "5S")]
    func frames(_ path: String, _ fields: [(String, String)], _ body: Data, _ id: UInt32) -> Data {
      HTTP2Connection.frame(
        .headers, flags: 4, stream: id, payload: HTTP2Connection.block(path, fields))
        + HTTP2Connection.frame(.data, flags: 1, stream: id, payload: body)
    }
    let head = HTTP2Connection.preface + HTTP2Connection.frame(.settings)
    let calls = messages.map { call, message in
      let path = "/inference.GRPCInferenceService/\(call)"
      return head + frames(path, fields, HTTP2Connection.frame(message), 1)
        + HTTP2Connection.frame(.ping, payload: Data(count: 8))
    }
    let requests = json.map { model, body, _ in
      head + frames("/v2/models/\(model)/infer", [("content-type", "application/json")], body, 1)
        + HTTP2Connection.frame(.windowUpdate, stream: 1, payload: Data([0, 0, 1, 0]))
        + frames(WideNetwork.infer, fields, HTTP2Connection.frame(WideNetwork.message(rows: 2)), 3)
        + HTTP2Connection.frame(.reset, stream: 3, payload: Data([0, 0, 0, 8]))
    }
    return calls + requests
  }
}
