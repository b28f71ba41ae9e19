import Basics
import Kernels
import Planning

/// A cache of weight tables by their parameters; it is emptied when it grows beyond a bound.
package struct ResizeTableCache {
  private struct Key: Hashable {
    let window: ResizeWindow
    let filter: ResizeFilter
    let denominator: Int
    let origin: Int
  }

  private var tables: [Key: ResizeTable] = [:]
  private static let maximumCount = 128

  package init() {}

  package mutating func table(
    _ window: ResizeWindow, filter: ResizeFilter, denominator: Int, origin: Int
  ) -> ResizeTable {
    let key = Key(window: window, filter: filter, denominator: denominator, origin: origin)
    if let table = tables[key] { return table }
    if tables.count >= Self.maximumCount { tables.removeAll(keepingCapacity: true) }
    let table = ResizeTable(window, filter: filter, denominator: denominator, origin: origin)
    tables[key] = table
    return table
  }
}
