/// A computation with several C implementations that agree.
public protocol Kernel: Sendable, CustomStringConvertible {
  /// The implementations for this processor, the plainest first, the fastest last.
  static var all: [Self] { get }
}

extension Kernel {
  /// The implementation that the others must agree with.
  @inlinable
  public static var reference: Self { all[0] }

  @inlinable
  public static var fastest: Self { all[all.count - 1] }
}

/// One implementation of a kernel: a constant table of functions in the C target.
struct Implementation<Table>: @unchecked Sendable {
  // Sendable: the table is constant.
  private let table: UnsafePointer<Table>

  var functions: Table { table.pointee }

  /// The implementations for this processor, the plainest first.
  ///
  /// - Parameter table: returns the tables by number from 0, and `nil` past the end.
  static func all(_ table: (Int32) -> UnsafePointer<Table>?, where isSupported: (Table) -> Bool) -> [Self] {
    var (implementations, index): ([Self], Int32) = ([], 0)
    while let next = table(index) {
      if isSupported(next.pointee) { implementations.append(Self(table: next)) }
      index += 1
    }
    return implementations
  }
}
