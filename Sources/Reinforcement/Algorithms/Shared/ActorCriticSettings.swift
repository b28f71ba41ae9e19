/// The common settings of algorithms with a deterministic actor.
public struct ActorCriticSettings: Sendable {
  /// The target networks' move towards their originals at each update.
  public var tau = 0.005
  public var noise = NoiseKind.gaussian
  /// The noise's standard deviation; −1 and 1 are an action's bounds.
  public var noiseSigma = 0.1
  /// A custom network for the actor: observation → action, its output squashed to −1…1; `nil`: one of
  /// `hidden` layers.
  public var actorArchitecture: (any NetworkArchitecture)?
  /// A custom network for the critics: observation and action → value; `nil`: one of `hidden` layers.
  public var criticArchitecture: (any NetworkArchitecture)?

  public init() {}

  static let settings: [Setting<ActorCriticSettings>] = [
    .positive("tau", \.tau, upTo: 1),
    .choice("noise_type", \.noise, synonyms: ["normal": .gaussian]),
    .number("noise_std", \.noiseSigma, in: 0...10),
  ]

  /// The layer sizes of the networks that aren't custom.
  func sizes(actor: [Int], critic: [Int], critics: Int) -> [[Int]] {
    (actorArchitecture == nil ? [actor] : [])
      + (criticArchitecture == nil ? Array(repeating: critic, count: critics) : [])
  }
}
