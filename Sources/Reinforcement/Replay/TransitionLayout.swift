import CKernels

/// The memory layout of a transition: observation, next observation, action, reward, discount, all floats, in
/// one piece, so that reading one touches few cache lines.
///
/// Rows of up to 64 bytes never straddle a cache line; longer ones begin with a line.
struct TransitionLayout: Equatable {
  let observationSize: Int
  let actionSize: Int

  private static let line = 16

  /// Floats in a row.
  var size: Int { 2 * observationSize + actionSize + 2 }

  var nextObservationOffset: Int { observationSize }
  var actionOffset: Int { 2 * observationSize }
  var rewardOffset: Int { actionOffset + actionSize }
  var discountOffset: Int { rewardOffset + 1 }

  /// The floats from one row to the next.
  var stride: Int {
    guard size <= Self.line else { return (size + Self.line - 1) / Self.line * Self.line }
    return size <= Self.line / 2 ? Self.line / 2 : Self.line
  }

  /// The bytes of `rows` rows; `Int.max` if that overflows.
  func bytes(rows: Int) -> Int {
    let bytes = rows.multipliedReportingOverflow(by: stride * 4)
    let all = bytes.partialValue.addingReportingOverflow(Int(ck_gather_slack) * 4)
    return bytes.overflow || all.overflow ? .max : all.partialValue
  }

  var c: ck_transition_layout {
    ck_transition_layout(observation_size: observationSize, action_size: actionSize, stride: stride)
  }
}
