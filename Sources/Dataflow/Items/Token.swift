import Basics

/// A value on an edge, and the item that it belongs to.
///
/// While a token exists its item is retained once; `Item.release` gives it up.
struct Token: Sendable {
  let item: Item
  /// When it was put on the edge; 0 where nothing is recorded.
  let ready: Nanoseconds
  /// Where it stands among the tokens of its item on the same edge, whichever worker is done first.
  let order: UInt64
  var value: any Sendable

  /// Fails the item and gives the token up.
  func abandon(_ error: any Error, at now: Nanoseconds) {
    if !item.isAmbient { item.fail(error) }
    item.release(at: now)
  }
}

/// Takes the place of a value that a failed item never got, so that rates hold and orders stay aligned.
struct Absent: Sendable {}
