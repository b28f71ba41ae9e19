/// The environments by name.
public enum EnvironmentRegistry {
  /// A new environment needs a folder and a line here.
  private static let makers: [String: @Sendable (_ count: Int) -> VectorEnvironment] = [
    Acrobot.id: { VectorEnvironment(Acrobot(), count: $0) },
    CartPole.id: { VectorEnvironment(CartPole(), count: $0) },
    MountainCar.id: { VectorEnvironment(MountainCar(), count: $0) },
    MountainCarContinuous.id: { VectorEnvironment(MountainCarContinuous(), count: $0) },
    Pendulum.id: { VectorEnvironment(Pendulum(), count: $0) },
  ]

  /// In alphabetical order.
  public static var names: [String] { makers.keys.sorted() }

  /// `count` environments of that name, which need a `reset` before the first step.
  ///
  /// - Throws: `EnvironmentError.unknown`, with the nearest name.
  public static func make(_ name: String, count: Int) throws -> VectorEnvironment {
    guard let maker = makers[name] else {
      throw EnvironmentError.unknown(name, known: names)
    }
    return maker(count)
  }
}
