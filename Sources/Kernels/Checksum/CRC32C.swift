import CKernels

/// CRC-32C (Castagnoli), as in iSCSI, ext4 and TensorFlow's records. All implementations agree.
///
/// It detects every burst of damage up to 32 bits, and other damage except for one case in 2³². It doesn't
/// detect forgery.
public struct CRC32C: Kernel {
  private let implementation: Implementation<ck_crc32c_implementation>

  public static let all = Implementation.all(ck_crc32c_implementation_at) { $0.is_supported() }
    .map(CRC32C.init)

  public var description: String { String(cString: implementation.functions.name) }

  /// Extends a checksum by `bytes`; 0 is the checksum of nothing.
  public func extend(_ checksum: UInt32 = 0, by bytes: UnsafeRawBufferPointer) -> UInt32 {
    implementation.functions.extend(checksum, bytes.baseAddress, bytes.count)
  }
}
