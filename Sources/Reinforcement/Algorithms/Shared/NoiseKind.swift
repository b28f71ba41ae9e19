/// What is added to actions while learning.
public enum NoiseKind: String, CaseIterable, Sendable {
  /// Independent at every step.
  case gaussian
  /// Drifts: an Ornstein–Uhlenbeck process with θ = 0.15 and steps of 0.01 s, as in Stable-Baselines3.
  case ornsteinUhlenbeck = "ornstein-uhlenbeck"
}
