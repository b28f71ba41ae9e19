import CKernels

/// CRC-32C (Castagnoli), as in iSCSI, ext4 and TensorFlow's records; all implementations give the same.
///
/// It tells every damage of up to 32 neighbouring bits, and of others all but one in 2³². It tells accidents,
/// not forgeries.
public struct CRC32C: @unchecked Sendable, CustomStringConvertible {
  // Sendable: points to a constant of the C target.
  private let implementation: UnsafePointer<ck_crc32c_implementation>

  /// Those that this processor can run, the plainest (the reference) first, the fastest last.
  public static let all: [CRC32C] = (Int32(0)...).lazy
    .map { ck_crc32c_implementation_at($0) }
    .prefix { $0 != nil }
    .compactMap { $0 }
    .filter { $0.pointee.is_supported() }
    .map(CRC32C.init)

  public static let reference = all[0]
  public static let fastest = all[all.count - 1]

  private init(implementation: UnsafePointer<ck_crc32c_implementation>) {
    self.implementation = implementation
  }

  public var description: String { String(cString: implementation.pointee.name) }

  /// The checksum of what `checksum` is that of (0: of nothing), followed by `bytes`.
  public func extend(_ checksum: UInt32 = 0, by bytes: UnsafeRawBufferPointer) -> UInt32 {
    implementation.pointee.extend(checksum, bytes.baseAddress, bytes.count)
  }
}
