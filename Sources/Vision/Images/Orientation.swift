/// The transformation that turns stored pixels upright (EXIF 2.3, tag 0x0112); the raw value is EXIF's.
///
/// It consists of three steps: mirror the stored columns, mirror the stored rows, then swap columns and rows.
public enum Orientation: Int, Sendable, CaseIterable {
  case up = 1
  case upMirrored, down, downMirrored, leftMirrored, right, rightMirrored, left

  /// Stored columns run from right to left.
  var flipsColumns: Bool { self == .upMirrored || self == .down || self == .rightMirrored || self == .left }
  /// Stored rows run from bottom to top.
  var flipsRows: Bool { self == .down || self == .downMirrored || self == .right || self == .rightMirrored }
  /// Displayed columns are stored rows.
  var transposes: Bool { rawValue >= 5 }
}
