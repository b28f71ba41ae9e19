import Kernels
import Testing

struct CRC32CTests {
  private func checksum(_ kernel: CRC32C, _ bytes: some Sequence<UInt8>) -> UInt32 {
    Array(bytes).withUnsafeBytes { kernel.extend(by: $0) }
  }

  /// The values of RFC 3720, appendix B.4, and the usual check value.
  @Test(arguments: CRC32C.all)
  func knownChecksums(kernel: CRC32C) {
    #expect(checksum(kernel, []) == 0)
    #expect(checksum(kernel, "123456789".utf8) == 0xE306_9283)
    #expect(checksum(kernel, repeatElement(0, count: 32)) == 0x8A91_36AA)
    #expect(checksum(kernel, repeatElement(0xFF, count: 32)) == 0x62A8_AB43)
    #expect(checksum(kernel, 0..<32) == 0x46DD_794E)
    #expect(checksum(kernel, (0..<32).reversed()) == 0x113F_DB5C)
  }

  /// At every alignment, and in two pieces.
  @Test(arguments: CRC32C.all)
  func equalsReference(kernel: CRC32C) {
    let bytes = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
    bytes.withUnsafeBytes { bytes in
      for start in 0..<9 {
        for end in start...200 {
          let some = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
          let expected = CRC32C.reference.extend(by: some)
          #expect(kernel.extend(by: some) == expected)
          let middle = some.count / 3
          let first = kernel.extend(by: UnsafeRawBufferPointer(rebasing: some[..<middle]))
          #expect(kernel.extend(first, by: UnsafeRawBufferPointer(rebasing: some[middle...])) == expected)
        }
      }
    }
  }
}
