import NIOCore
import NIOHTTP1

/// Enforces the rules of HTTP/1.1 that the parser leaves to others: requests that two readers could
/// understand differently are refused (RFC 9112, 11.2), and HTTP/1.0 connections end as their clients expect.
///
/// Used by the event loop's thread alone.
final class HTTP1RulesHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// Whether an HTTP/1.0 client wants the connection to persist, which the response has to confirm.
  private var isKept = false
  private var isRefused = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isRefused else { return }
    guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
    if let reason = Self.refusal(head) {
      isRefused = true
      return context.fireErrorCaught(MalformedRequest(reason: reason))
    }
    isKept = false
    guard head.version == .http1_0 else { return context.fireChannelRead(data) }
    isKept = head.isKeepAlive
    if !isKept { head.headers.replaceOrAdd(name: "connection", value: "close") }
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard isKept, case .head(var head) = unwrapOutboundIn(data), !head.headers.contains(name: "connection")
    else { return context.write(data, promise: promise) }
    head.headers.add(name: "connection", value: "keep-alive")
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }

  private static func refusal(_ head: HTTPRequestHead) -> String? {
    let headers = head.headers
    let hosts = headers["host"]
    guard hosts.count <= 1 else { return "there are \(hosts.count) Host headers" }
    if let host = hosts.first {
      guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return "the Host header is not valid" }
    } else if head.version != .http1_0 {
      return "there is no Host header"
    }
    guard head.version.major == 1 else { return "HTTP/\(head.version.major) is not spoken so" }
    for length in headers["content-length"]
    where Int(length) == nil || !length.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return "Content-Length is not a length"
    }
    let codings = headers["transfer-encoding"]
    guard let coding = codings.first else { return nil }
    guard head.version != .http1_0 else { return "HTTP/1.0 has no Transfer-Encoding" }
    guard codings.count == 1, coding.lowercased() == "chunked" else {
      return "Transfer-Encoding is '\(codings.joined(separator: ", "))'; only chunked is read"
    }
    return nil
  }
}

/// A request that is HTTP for this server's parser, and not for others.
struct MalformedRequest: RequestFailureConvertible {
  let reason: String

  var requestFailure: RequestFailure { RequestFailure(.invalid, "the request is not valid: \(reason)") }
}
