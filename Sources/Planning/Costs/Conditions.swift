import Basics
import CCores

/// The speed of the cores during a measurement. A host moves a virtual machine's cores: two of them may share
/// a physical core, or be so far apart that messages take several times as long.
public struct Conditions: Sendable, Hashable, Codable {
  /// Rounds of a fixed calculation a second, of all cores at once.
  public let speed: Double
  /// Seconds until a core sees its neighbour's write; 0 for a single core.
  public let distance: Double

  public init(speed: Double, distance: Double) {
    self.speed = speed
    self.distance = distance
  }

  /// The current conditions; `nil` if they can't be measured. Takes about 4 ms of all cores.
  public static func now() -> Conditions? {
    var measured = cores_conditions()
    return cores_measure(&measured) ? Conditions(speed: measured.speed, distance: measured.distance) : nil
  }

  /// Whether times under both can be compared: speeds within a tenth, and similar distances.
  public func isLike(_ other: Conditions) -> Bool {
    (0.9...1 / 0.9).contains(speed / other.speed) && (distance < 1.6 * other.distance + 1e-9)
      && (other.distance < 1.6 * distance + 1e-9)
  }
}

/// A measurement with the conditions before and after it.
struct Conditioned<Value> {
  let value: Value
  let conditions: [Conditions]

  /// - Parameter now: measures the conditions.
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

  /// Unknown conditions count as usual.
  func isLike(_ usual: Conditions?) -> Bool {
    guard let usual else { return true }
    return conditions.allSatisfy { $0.isLike(usual) }
  }
}

extension Sequence {
  /// The values measured under the usual conditions; all values, if there are none.
  func usual<Value>(_ usual: Conditions?) -> [Value] where Element == Conditioned<Value> {
    let alike = filter { $0.isLike(usual) }
    return (alike.isEmpty ? Array(self) : alike).map(\.value)
  }

  /// The part measured under other conditions, 0…1.
  func unusualPart<Value>(_ usual: Conditions?) -> Double where Element == Conditioned<Value> {
    let all = map { $0.isLike(usual) }
    return Double(all.count { !$0 }) / Double(Swift.max(all.count, 1))
  }
}

extension [Conditions] {
  /// The most candidates for the usual conditions.
  private static let candidates = 64

  /// The conditions that most others are like. (Medians could lie between two states of the cores.)
  var usual: Conditions? {
    stride(from: 0, to: count, by: (count + Self.candidates) / Self.candidates).map { self[$0] }
      .max { first, second in count(where: first.isLike) < count(where: second.isLike) }
  }
}
