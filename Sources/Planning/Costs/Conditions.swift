import Basics
import CCores

/// What the cores give while something is measured. A virtual machine's are moved about by its host: then two of them share a
/// physical one, or are so far apart that whatever they tell each other takes several times as long.
public struct Conditions: Sendable, Hashable, Codable {
  /// Rounds of a fixed calculation a second, of all cores at once.
  public let speed: Double
  /// Seconds until a core sees what its neighbour has written; 0 of a core alone.
  public let distance: Double

  public init(speed: Double, distance: Double) {
    self.speed = speed
    self.distance = distance
  }

  /// Those of now. Takes about 4 ms of all cores; `nil` where that can't be measured.
  public static func now() -> Conditions? {
    var measured = cores_conditions()
    return cores_measure(&measured) ? Conditions(speed: measured.speed, distance: measured.distance) : nil
  }

  /// Whether times that were measured under both can be compared: the cores as fast within a tenth, and about as far apart.
  public func isLike(_ other: Conditions) -> Bool {
    (0.9...1 / 0.9).contains(speed / other.speed) && (distance < 1.6 * other.distance + 1e-9)
      && (other.distance < 1.6 * distance + 1e-9)
  }
}

/// Whatever was measured, with the conditions before and after it.
struct Conditioned<Value> {
  let value: Value
  let conditions: [Conditions]

  /// - Parameter now: says what the conditions are.
  init(_ now: () -> Conditions?, _ measure: () throws -> Value) rethrows {
    let before = now()
    value = try measure()
    conditions = [before, now()].compactMap { $0 }
  }

  private init(_ value: Value, _ conditions: [Conditions]) {
    self.value = value
    self.conditions = conditions
  }

  func map<Other>(_ transform: (Value) -> Other) -> Conditioned<Other> {
    Conditioned<Other>(transform(value), conditions)
  }

  /// Where nobody knows the conditions, all are alike.
  func isLike(_ usual: Conditions?) -> Bool {
    guard let usual else { return true }
    return conditions.allSatisfy { $0.isLike(usual) }
  }
}

extension Sequence {
  /// What was measured under the usual conditions; all of it, if none was.
  func usual<Value>(_ usual: Conditions?) -> [Value] where Element == Conditioned<Value> {
    let alike = filter { $0.isLike(usual) }
    return (alike.isEmpty ? Array(self) : alike).map(\.value)
  }

  /// The part that was measured under others, 0…1.
  func unusualPart<Value>(_ usual: Conditions?) -> Double where Element == Conditioned<Value> {
    let all = map { $0.isLike(usual) }
    return Double(all.count { !$0 }) / Double(Swift.max(all.count, 1))
  }
}

extension [Conditions] {
  /// Of so many at most it is asked whether they are the usual ones.
  private static let candidates = 64

  /// Those that most of the others are like. (Medians could lie between two states, where the cores never are.)
  var usual: Conditions? {
    stride(from: 0, to: count, by: (count + Self.candidates) / Self.candidates).map { self[$0] }
      .max { first, second in count(where: first.isLike) < count(where: second.isLike) }
  }
}
