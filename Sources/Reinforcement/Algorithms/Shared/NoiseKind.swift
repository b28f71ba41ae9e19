/// The exploration noise on continuous actions.
public enum NoiseKind: String, CaseIterable, Sendable {
  /// Independent at every step.
  case gaussian
  /// Correlated: an Ornstein–Uhlenbeck process with θ = 0.15 and steps of 0.01 s, as in Stable-Baselines3.
  case ornsteinUhlenbeck = "ornstein-uhlenbeck"
}
