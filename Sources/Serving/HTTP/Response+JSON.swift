import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

extension Response {
  init(json value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var headers = headers
    headers[.contentType] = "application/json"
    do {
      let body = try encoder.encodeAsByteBuffer(value, allocator: ByteBufferAllocator())
      self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    } catch {
      self = HTTPFailure(.internalServerError, "the answer can't be written as JSON: \(error)").response
    }
  }
}
