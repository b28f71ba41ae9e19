import Planning

/// Something that reads bytes of others, with correct bytes to damage.
struct FuzzTarget: Sendable {
  /// Says in a word what came of an input. What it throws is a refusal, and is counted by its type.
  typealias Read = @Sendable (_ input: [UInt8], _ number: UInt64) async throws -> String

  /// What each input begins with, undamaged.
  var head: [UInt8] = []
  let samples: [[UInt8]]
  let read: Read

  /// By name.
  static let all: [String: @Sendable () async throws -> FuzzTarget] = [
    "json": { try RequestTargets.json() },
    "protobuf": { try RequestTargets.protobuf() },
    "http1": { try await ConnectionTargets.http1() },
    "http2": { try await ConnectionTargets.http2() },
    "yaml": { try FileTargets.yaml() },
    "onnx": { try FileTargets.onnx() },
  ]
}

extension [UInt8] {
  /// Gives the bytes in exactly as much memory, so that a sanitizer sees a read past the end.
  func exactly<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyBytes(from: self)
    return try body(UnsafeRawBufferPointer(copy))
  }
}
