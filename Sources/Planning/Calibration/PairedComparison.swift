/// A decision whether a candidate is better than the incumbent, from rounds in which each has a turn. Other
/// load on the machine affects both, so their ratio varies less than either.
public struct PairedComparison: Sendable {
  /// The result of the pairs so far.
  public enum Verdict: Sendable, Hashable {
    case better, notBetter, undecided
  }

  /// The rounds after which the candidate can win, and after which the decision is due.
  public static let rounds = 8...24
  /// The rounds in one session of both. The same network is up to a fifth slower in one session than in the
  /// next, so a win needs several sessions.
  public static let roundsOfStart = 4
  /// The least gain, as a part.
  public static let leastGain = 0.015

  /// Higher is better, such as items a second.
  public private(set) var incumbent: [Double] = []
  public private(set) var candidate: [Double] = []

  public init() {}

  public mutating func add(incumbent: Double, candidate: Double) {
    self.incumbent.append(incumbent)
    self.candidate.append(candidate)
  }

  public var count: Int { candidate.count }

  /// The candidate's factor of improvement: the median of the rounds.
  public var ratio: Double { ratios.isEmpty ? 1 : ratios.quantile(0.5) }

  private var ratios: [Double] { zip(candidate, incumbent).map { $0 / $1 }.sorted() }

  /// The candidate is better if it gains enough in most rounds and something in three of four, over two or
  /// more sessions, and by three standard errors of the median. It isn't if most rounds of the first session
  /// gain too little, or the first two are a tenth worse. Otherwise more rounds follow.
  public var verdict: Verdict {
    let ratios = ratios
    guard ratios.count >= 2 else { return .undecided }
    if ratios.allSatisfy({ $0 < 0.9 }) { return .notBetter }
    guard ratios.count.isMultiple(of: Self.roundsOfStart) else { return .undecided }
    guard let all = Measurement(of: ratios), all.median >= 1 + Self.leastGain else { return .notBetter }
    let isSure = ratios.quantile(0.25) > 1 && all.median * (1 - 3 * all.uncertainty) > 1
    if isSure, ratios.count >= Self.rounds.lowerBound { return .better }
    return ratios.count < Self.rounds.upperBound ? .undecided : .notBetter
  }
}
