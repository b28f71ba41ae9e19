/// Whether an image may be decoded at a reduced size before it is shrunk.
public enum DecodeScale: String, Sendable, CaseIterable {
  /// Reduced by 2, 4 or 8 where the format can do that for less work (JPEG), to no less than 1.25 times the
  /// size that the resize produces. Not bit-identical to full decoding.
  case auto
  /// Full size always.
  case exact
}
