import Glibc

/// Host memory, for devices that work on it.
///
/// Sendable: the users of `bytes` exclude concurrent writes themselves.
public final class HostBuffer: Buffer, @unchecked Sendable {
  /// Valid while the buffer lives; aligned to 64 bytes.
  public let bytes: UnsafeMutableRawBufferPointer

  /// `nil` if the memory isn't available.
  public init?(byteCount: Int) {
    let alignment = 64
    guard byteCount >= 0, byteCount <= Int.max - alignment,
      let memory = aligned_alloc(alignment, max(byteCount + alignment - 1, alignment) / alignment * alignment)
    else { return nil }
    bytes = UnsafeMutableRawBufferPointer(start: memory, count: byteCount)
  }

  deinit { free(bytes.baseAddress) }

  public var byteCount: Int { bytes.count }
}

/// A queue that runs each command at once.
public final class HostQueue: DeviceQueue {
  public init() {}

  public func write(_ source: UnsafeRawBufferPointer, to buffer: any Buffer, at offset: Int) {
    UnsafeMutableRawBufferPointer(rebasing: bytes(of: buffer)[offset..<offset + source.count])
      .copyMemory(from: source)
  }

  public func read(
    _ buffer: any Buffer, at offset: Int, into destination: UnsafeMutableRawBufferPointer
  ) {
    destination.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: bytes(of: buffer)[offset..<offset + destination.count]))
  }

  public func finish() {}

  private func bytes(of buffer: any Buffer) -> UnsafeMutableRawBufferPointer {
    guard let buffer = buffer as? HostBuffer else {
      preconditionFailure("a buffer of another device")
    }
    return buffer.bytes
  }
}
