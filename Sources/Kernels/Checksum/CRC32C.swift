import CKernels

/// CRC-32C (Castagnoli), as in iSCSI, ext4 and TensorFlow's records; all implementations give the same.
///
/// It tells every damage of up to 32 neighbouring bits, and of others all but one in 2³². It tells accidents,
/// not forgeries.
public struct CRC32C: Kernel {
  private let implementation: Implementation<ck_crc32c_implementation>

  public static let all = Implementation.all(ck_crc32c_implementation_at) { $0.is_supported() }
    .map(CRC32C.init)

  public var description: String { String(cString: implementation.functions.name) }

  /// The checksum of what `checksum` is that of (0: of nothing), followed by `bytes`.
  public func extend(_ checksum: UInt32 = 0, by bytes: UnsafeRawBufferPointer) -> UInt32 {
    implementation.functions.extend(checksum, bytes.baseAddress, bytes.count)
  }
}
