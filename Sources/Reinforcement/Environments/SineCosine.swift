import CKernels

/// The sine and the cosine of an angle, the most expensive part of most environments.
struct SineCosine: Codable, Sendable {
  private(set) var sine = 0.0
  private(set) var cosine = 1.0

  /// The angle 0.
  init() {}

  @inline(__always)
  init(of angle: Double) { update(angle) }

  @inline(__always)
  mutating func update(_ angle: Double) { ck_sine_cosine(angle, &sine, &cosine) }
}
