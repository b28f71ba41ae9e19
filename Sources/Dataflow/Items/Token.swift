import Basics

/// A value on an edge, with its item.
///
/// A token retains its item once; `Item.release` gives it up.
struct Token: Sendable {
  let item: Item
  /// The time when it was put on the edge; 0 without a recorder.
  let ready: Nanoseconds
  /// Its place among the item's tokens on the same edge, whichever worker finishes first.
  let order: UInt64
  var value: any Sendable

  /// Fails the item and gives the token up.
  func abandon(_ error: any Error, at now: Nanoseconds) {
    if !item.isAmbient { item.fail(error) }
    item.release(at: now)
  }
}

/// The placeholder of a value that a failed item never got: it keeps rates and orders aligned.
struct Absent: Sendable {}
