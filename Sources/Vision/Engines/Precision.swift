/// A precision of a network's computation, spelled as in a pipeline's `precision:`.
public enum Precision: String, Sendable, Hashable, CaseIterable {
  case float32 = "fp32"
  /// Eight bits of mantissa and float32's range; sums are float32.
  case bfloat16 = "bf16"
  /// Eight-bit integers, where a quantised network says so; float32 elsewhere.
  case int8
}
