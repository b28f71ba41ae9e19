import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

extension Response {
  init(json value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let body = (try? encoder.encodeAsByteBuffer(value, allocator: ByteBufferAllocator())) ?? ByteBuffer()
    var headers = headers
    headers[.contentType] = "application/json"
    self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
  }
}
