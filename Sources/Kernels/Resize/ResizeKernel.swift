import CKernels

/// One implementation of a resize of 8-bit RGB, in two passes or in one; all give the same result.
public struct ResizeKernel: Kernel {
  private let implementation: Implementation<ck_resize_implementation>

  public static let all = Implementation.all(ck_resize_implementation_at) { $0.is_supported() }
    .map(ResizeKernel.init)

  public var description: String { String(cString: implementation.functions.name) }

  /// The bytes past the last pixel of a row or buffer that may be read, and in the horizontal pass written.
  public static let slack = ck_resize_slack

  /// Resizes each of `rows` rows of RGB along x, into `table.count` pixels.
  ///
  /// The caller guarantees: source rows hold the table's pixels, and `slack` bytes plus three pixels more can
  /// be read; destination rows hold `3 · table.count + slack` bytes; the two do not overlap.
  public func horizontal(
    _ table: ResizeTable, from source: UnsafePointer<UInt8>, rowBytes: Int, rows: Int,
    to destination: UnsafeMutablePointer<UInt8>, rowBytes destinationRowBytes: Int
  ) {
    withUnsafePointer(to: table.axis) {
      implementation.functions.horizontal($0, source, rowBytes, Int32(rows), destination, destinationRowBytes)
    }
    withExtendedLifetime(table) {}
  }

  /// Resizes columns of `rowLength` bytes along y, into `table.count` rows.
  ///
  /// The caller guarantees: the source holds the table's rows, and `slack` bytes can be read past the end of
  /// each; the two do not overlap.
  public func vertical(
    _ table: ResizeTable, from source: UnsafePointer<UInt8>, rowBytes: Int, rowLength: Int,
    to destination: UnsafeMutablePointer<UInt8>, rowBytes destinationRowBytes: Int
  ) {
    withUnsafePointer(to: table.axis) {
      implementation.functions.vertical(
        $0, source, rowBytes, Int32(rowLength), destination, destinationRowBytes)
    }
    withExtendedLifetime(table) {}
  }

  /// Resizes along both axes at once with the filter `linear`, rounded once: at most a level of 255 from the two passes.
  ///
  /// `rowLength` is the bytes of a source row. The caller guarantees: both tables are of the filter `linear`; the source
  /// holds their rows and pixels, and `slack` bytes can be read past the end of each row; `line` has room for
  /// `rowLength + slack` numbers; the destination holds the rows of `3 · columns.count` bytes; none overlaps.
  public func linear(
    _ columns: ResizeTable, _ rows: ResizeTable, from source: UnsafePointer<UInt8>, rowBytes: Int,
    rowLength: Int,
    through line: UnsafeMutablePointer<Int16>, to destination: UnsafeMutablePointer<UInt8>,
    rowBytes destinationRowBytes: Int
  ) {
    precondition(columns.taps == 2 && rows.taps == 2, "tables of another filter")
    withUnsafePointer(to: columns.axis) { columns in
      withUnsafePointer(to: rows.axis) { rows in
        implementation.functions.linear(
          columns, rows, source, rowBytes, Int32(rowLength), line, destination, destinationRowBytes)
      }
    }
    withExtendedLifetime((columns, rows)) {}
  }
}
