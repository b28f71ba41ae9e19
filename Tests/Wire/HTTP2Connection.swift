import Foundation
import NIOCore
import NIOHPACK

/// A connection that speaks HTTP/2, as well or as badly as a test wants: frames are its to choose, and nothing is read that nobody
/// asks for. Used by one thread.
public final class HTTP2Connection {
  /// What came for one stream.
  public struct Stream {
    public var headers: [(name: String, value: String)] = []
    public var trailers: [(name: String, value: String)] = []
    public var data = Data()
    public var hasEnded = false
    /// The code of a RST_STREAM.
    public var reset: UInt32?

    public var status: String? { headers.first { $0.name == ":status" }?.value }

    /// Of a call of gRPC; trailers alone are headers.
    public subscript(trailer name: String) -> String? {
      (trailers + headers).first { $0.name == name }?.value
    }

    /// The messages of a call of gRPC that are here.
    public var messages: [Data] {
      var (rest, messages) = (data[...], [Data]())
      while rest.count >= 5 {
        let length = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard rest.count >= 5 + length else { break }
        messages.append(Data(rest.dropFirst(5).prefix(length)))
        rest = rest.dropFirst(5 + length)
      }
      return messages
    }
  }

  public enum Kind: UInt8 {
    case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
  }

  public private(set) var streams: [UInt32: Stream] = [:]
  /// The codes of the GOAWAYs that came.
  public private(set) var goodbyes: [UInt32] = []
  /// Pings that were answered.
  public private(set) var pings = 0
  /// Whether what is read is acknowledged, so that more comes.
  public var acknowledges: Bool
  /// Streams of which nothing is acknowledged all the same.
  public var silent: Set<UInt32> = []
  private let socket: RawConnection
  private var received = Data()
  private var next: UInt32 = 1
  /// What the other side may still be sent.
  private var window = 65_535
  private var windows: [UInt32: Int] = [:]
  private var initialWindow = 65_535
  private var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
  private var decoder = HPACKDecoder(allocator: ByteBufferAllocator())

  public static let preface = Data("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  /// - Parameter window: bytes of each stream's answer that come without being acknowledged; `nil`: as many as there are, all
  ///   acknowledged.
  public init(port: UInt16, window: UInt32? = nil) throws {
    socket = try RawConnection(port: port)
    acknowledges = window == nil
    try socket.send(Self.preface)
    let setting = window.map { [0, 4] + Self.bytes($0) } ?? []
    try send(.settings, payload: Data(setting))
  }

  private static func bytes(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  /// Sends any frame.
  public func send(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, payload: Data = Data()) throws {
    try socket.send(Self.frame(kind: kind.rawValue, flags: flags, stream: stream, payload: payload))
  }

  /// Any frame, as its bytes; of kinds that there are none of, too.
  public static func frame(
    kind: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, payload: Data = Data()
  ) -> Data {
    let length = bytes(UInt32(payload.count)).dropFirst()
    return Data(length + [kind, flags] + bytes(stream)) + payload
  }

  public static func frame(
    _ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, payload: Data = Data()
  ) -> Data {
    frame(kind: kind.rawValue, flags: flags, stream: stream, payload: payload)
  }

  /// A request's fields as a connection's first block of headers; it names nothing that a block before it would have to bring.
  public static func block(_ path: String, method: String = "POST", _ fields: [(String, String)] = []) -> Data
  {
    var encoder = HPACKEncoder(
      allocator: ByteBufferAllocator(), useHuffmanEncoding: false, maxDynamicTableSize: 0)
    let pseudo = [(":method", method), (":path", path), (":scheme", "http"), (":authority", "test")]
    let block = try? encoder.encodedOnce(HPACKHeaders(pseudo + fields))
    return block ?? Data()
  }

  public func send(_ bytes: Data) throws { try socket.send(bytes) }

  /// Begins a request.
  public func open(
    _ path: String, method: String = "POST", _ fields: [(String, String)] = [], ends: Bool = false
  ) throws -> UInt32 {
    let pseudo = [(":method", method), (":path", path), (":scheme", "http"), (":authority", "test")]
    return try open(fields: pseudo + fields, ends: ends)
  }

  /// Begins a request with these fields and no others.
  public func open(fields: [(String, String)], ends: Bool = false) throws -> UInt32 {
    let block = try encoder.encodedOnce(HPACKHeaders(fields))
    let id = next
    next += 2
    streams[id] = Stream()
    windows[id] = initialWindow
    try send(.headers, flags: ends ? 5 : 4, stream: id, payload: block)
    return id
  }

  /// Begins a call of gRPC.
  public func call(_ path: String, _ fields: [(String, String)] = []) throws -> UInt32 {
    try open(path, [("content-type", "application/grpc"), ("te", "trailers")] + fields)
  }

  /// A message of gRPC as it is sent.
  public static func frame(_ message: Data) -> Data { Data([0] + bytes(UInt32(message.count))) + message }

  /// Sends a part of a body, as the other side's windows allow it.
  ///
  /// - Returns: bytes that were sent; fewer than all if the other side takes no more for `seconds`, or has ended the stream.
  @discardableResult
  public func send(_ data: Data, on id: UInt32, ends: Bool = false, patience seconds: Double = 120) throws
    -> Int
  {
    var rest = data[...]
    repeat {
      while min(window, windows[id] ?? 0) <= 0, !rest.isEmpty {
        guard streams[id]?.reset == nil, try read(within: seconds) else { return data.count - rest.count }
      }
      let part = rest.prefix(min(window, windows[id] ?? 0, 16_384))
      rest = rest.dropFirst(part.count)
      window -= part.count
      windows[id, default: 0] -= part.count
      try send(.data, flags: ends && rest.isEmpty ? 1 : 0, stream: id, payload: Data(part))
    } while !rest.isEmpty
    return data.count
  }

  /// Reads until a stream has ended.
  public func response(on id: UInt32, within seconds: Double = 120) throws -> Stream {
    while let stream = streams[id], !stream.hasEnded, stream.reset == nil, try read(within: seconds) {}
    return streams[id] ?? Stream()
  }

  /// Reads one frame.
  ///
  /// - Returns: `false` if none comes in time, or the other side has closed.
  @discardableResult
  public func read(within seconds: Double) throws -> Bool {
    guard try fill(9, seconds) else { return false }
    let length = received.prefix(3).reduce(0) { $0 << 8 | Int($1) }
    guard try fill(9 + length, seconds) else { return false }
    let head = Array(received.prefix(9))
    let payload = Data(received.dropFirst(9).prefix(length))
    received = Data(received.dropFirst(9 + length))
    let id = head[5...8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
    if let kind = Kind(rawValue: head[3]) { try take(kind, flags: head[4], id, payload) }
    return true
  }

  private func fill(_ count: Int, _ seconds: Double) throws -> Bool {
    while received.count < count {
      guard let more = try socket.receive(within: seconds), !more.isEmpty else { return false }
      received += more
    }
    return true
  }

  private func take(_ kind: Kind, flags: UInt8, _ id: UInt32, _ payload: Data) throws {
    func number(_ data: some Sequence<UInt8>) -> UInt32 { data.reduce(0) { $0 << 8 | UInt32($1) } }
    switch kind {
    case .data:
      streams[id]?.data += payload
      if flags & 1 != 0 { streams[id]?.hasEnded = true }
      guard acknowledges, !payload.isEmpty else { return }
      for stream in [0, id] where !silent.contains(stream) {
        try send(.windowUpdate, stream: stream, payload: Data(Self.bytes(UInt32(payload.count))))
      }
    case .headers:
      var block = ByteBuffer(bytes: payload)
      let fields = try decoder.decodeHeaders(from: &block).map { (name: $0.name, value: $0.value) }
      if streams[id]?.headers.isEmpty ?? true {
        streams[id, default: Stream()].headers = fields
      } else {
        streams[id]?.trailers = fields
      }
      if flags & 1 != 0 { streams[id]?.hasEnded = true }
    case .reset: streams[id]?.reset = number(payload)
    case .settings:
      guard flags & 1 == 0 else { return }
      for start in stride(from: 0, to: payload.count - 5, by: 6)
      where number(payload[start..<(start + 2)]) == 4 {
        let value = Int(number(payload[(start + 2)..<(start + 6)]))
        for id in windows.keys { windows[id, default: 0] += value - initialWindow }
        initialWindow = value
      }
      try send(.settings, flags: 1)
    case .ping:
      if flags & 1 == 0 { try send(.ping, flags: 1, payload: payload) } else { pings += 1 }
    case .goAway: goodbyes.append(number(payload.dropFirst(4).prefix(4)))
    case .windowUpdate:
      if id == 0 { window += Int(number(payload)) } else { windows[id, default: 0] += Int(number(payload)) }
    case .priority, .pushPromise, .continuation: break
    }
  }

  /// Whether the other side has closed; waits for that for a time.
  public func isClosed(within seconds: Double) -> Bool {
    let end = Date.now + seconds
    while Date.now < end {
      do {
        guard try read(within: 0.5) else {
          if socket.isClosed { return true }
          continue
        }
      } catch {
        return true
      }
    }
    return false
  }

  /// Says that nothing more is sent.
  public func finish() { socket.finish() }
}

extension HPACKEncoder {
  fileprivate mutating func encodedOnce(_ headers: HPACKHeaders) throws -> Data {
    try beginEncoding(allocator: ByteBufferAllocator())
    try append(headers: headers)
    return Data(try endEncoding().readableBytesView)
  }
}
