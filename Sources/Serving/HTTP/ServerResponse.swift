import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat

/// A complete response: head and body, ready to be written.
struct ServerResponse: Sendable {
  var status: HTTPResponse.Status
  var headers: HTTPFields
  var body: ByteBuffer

  /// A response without a body.
  init(_ status: HTTPResponse.Status, headers: HTTPFields) {
    self.status = status
    self.headers = headers
    body = ByteBuffer()
  }

  init(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], text: String, type: String) {
    self.init(status, headers: headers)
    self.headers[.contentType] = type
    body = ByteBuffer(string: text)
  }

  init(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], json: String) {
    self.init(status, headers: headers, text: json, type: "application/json")
  }

  init(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], json value: some Encodable) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    self.init(status, headers: headers)
    self.headers[.contentType] = "application/json"
    do {
      body = try encoder.encodeAsByteBuffer(value, allocator: ByteBufferAllocator())
    } catch {
      self = HTTPFailure(.internalServerError, "the response can't be written as JSON: \(error)").answer
    }
  }

  init(headers: HTTPFields, bytes: Data, type: String) {
    self.init(.ok, headers: headers)
    self.headers[.contentType] = type
    body = ByteBuffer(data: bytes)
  }

  /// The head as sent.
  func head(date: HTTPDate) -> HTTPResponse {
    var headers = headers
    if status != .noContent { headers[.contentLength] = String(body.readableBytes) }
    headers[.date] = date.text
    headers[.server] = "drivetrain"
    return HTTPResponse(status: status, headerFields: headers)
  }
}

/// The time of a response in HTTP's format, GMT.
struct HTTPDate {
  let text: String

  init(seconds: Int = time(nil)) {
    var (seconds, parts) = (seconds, tm())
    gmtime_r(&seconds, &parts)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    text =
      "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(1900 + parts.tm_year) "
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
  }
}

extension UnwrittenResponse<ServerResponse> {
  init(maximumBytes: Int, write: @escaping @Sendable () throws -> ServerResponse) {
    self.init(maximumBytes: maximumBytes, size: { $0.body.readableBytes }, write: write)
  }

  /// A response that is already written.
  init(_ answer: ServerResponse) {
    self.init(maximumBytes: answer.body.readableBytes) { answer }
  }

  /// The same response with a change after it is written.
  func map(_ change: @escaping @Sendable (inout ServerResponse) -> Void) -> Self {
    var changed = UnwrittenResponse(maximumBytes: maximumBytes) { [write] in
      var answer = try write()
      change(&answer)
      return answer
    }
    (changed.isSlow, changed.advice) = (isSlow, advice)
    return changed
  }
}
