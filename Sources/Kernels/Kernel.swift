/// What several implementations in C compute alike.
public protocol Kernel: Sendable, CustomStringConvertible {
  /// The implementations that this processor can run, the plainest first, the fastest last.
  static var all: [Self] { get }
}

extension Kernel {
  /// What the others are compared with.
  @inlinable
  public static var reference: Self { all[0] }

  @inlinable
  public static var fastest: Self { all[all.count - 1] }
}

/// One implementation of a kernel: a table of functions, which is a constant of the C target.
struct Implementation<Table>: @unchecked Sendable {
  // Sendable: nobody writes there.
  private let table: UnsafePointer<Table>

  var functions: Table { table.pointee }

  /// Those that this processor can run, the plainest first.
  ///
  /// - Parameter table: gives the tables by their numbers from 0, and `nil` past the end.
  static func all(_ table: (Int32) -> UnsafePointer<Table>?, where isSupported: (Table) -> Bool) -> [Self] {
    var (implementations, index): ([Self], Int32) = ([], 0)
    while let next = table(index) {
      if isSupported(next.pointee) { implementations.append(Self(table: next)) }
      index += 1
    }
    return implementations
  }
}
