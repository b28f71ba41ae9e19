import CKernels

/// One implementation of the two passes of a resize of 8-bit RGB; all give the same result.
public struct ResizeKernel: @unchecked Sendable, CustomStringConvertible {
  // Sendable: points to a constant of the C target.
  private let implementation: UnsafePointer<ck_resize_implementation>

  /// Those that this processor can run, the plainest (the reference) first, the fastest last.
  public static let all: [ResizeKernel] = (Int32(0)...).lazy
    .map { ck_resize_implementation_at($0) }
    .prefix { $0 != nil }
    .compactMap { $0 }
    .filter { $0.pointee.is_supported() }
    .map(ResizeKernel.init)

  public static let reference = all[0]
  public static let fastest = all[all.count - 1]

  private init(implementation: UnsafePointer<ck_resize_implementation>) {
    self.implementation = implementation
  }

  public var description: String { String(cString: implementation.pointee.name) }

  /// Bytes past the end of a row's, or a buffer's, last pixel that may be read, and for rows of the
  /// horizontal pass written.
  public static let slack = ck_resize_slack

  /// Resizes each of `rows` rows of RGB along x, into `table.count` pixels.
  ///
  /// The caller guarantees: source rows hold the pixels the table refers to and `slack` bytes
  /// (plus three pixels) more can be read after the last of them; destination rows hold
  /// `3 · table.count + slack` bytes; the two do not overlap.
  public func horizontal(
    _ table: ResizeTable, from source: UnsafePointer<UInt8>, rowBytes: Int, rows: Int,
    to destination: UnsafeMutablePointer<UInt8>, rowBytes destinationRowBytes: Int
  ) {
    withUnsafePointer(to: table.axis) {
      implementation.pointee.horizontal($0, source, rowBytes, Int32(rows), destination, destinationRowBytes)
    }
    withExtendedLifetime(table) {}
  }

  /// Resizes columns of `rowLength` bytes along y, into `table.count` rows.
  ///
  /// The caller guarantees: the source holds the rows the table refers to, and `slack` bytes can be
  /// read past the end of each; the two do not overlap.
  public func vertical(
    _ table: ResizeTable, from source: UnsafePointer<UInt8>, rowBytes: Int, rowLength: Int,
    to destination: UnsafeMutablePointer<UInt8>, rowBytes destinationRowBytes: Int
  ) {
    withUnsafePointer(to: table.axis) {
      implementation.pointee.vertical(
        $0, source, rowBytes, Int32(rowLength), destination, destinationRowBytes)
    }
    withExtendedLifetime(table) {}
  }
}
