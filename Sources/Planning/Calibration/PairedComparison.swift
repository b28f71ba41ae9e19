/// Decides whether a candidate is better than the incumbent, from rounds in which each had its turn: what else happens on
/// the machine meets both, so their ratio varies less than either.
public struct PairedComparison: Sendable {
  /// What the pairs so far let say.
  public enum Verdict: Sendable, Hashable {
    case better, notBetter, undecided
  }

  /// Rounds after which it can be decided for the candidate, and after which it is decided in any case.
  public static let rounds = 8...24
  /// Rounds with the same start of both: the same network is up to a fifth slower in one session than in the next, so
  /// whoever looks better is started anew before that is believed.
  public static let roundsOfStart = 4
  /// How much better it must be, as a part.
  public static let leastGain = 0.015

  /// Of which more is better, such as items a second.
  public private(set) var incumbent: [Double] = []
  public private(set) var candidate: [Double] = []

  public init() {}

  public mutating func add(incumbent: Double, candidate: Double) {
    self.incumbent.append(incumbent)
    self.candidate.append(candidate)
  }

  public var count: Int { candidate.count }

  /// How many times better the candidate is: the median of the rounds.
  public var ratio: Double { ratios.isEmpty ? 1 : ratios.quantile(0.5) }

  private var ratios: [Double] { zip(candidate, incumbent).map { $0 / $1 }.sorted() }

  /// Better is what gains enough in most rounds and something in three of four, over two starts or more, and by three times the median's
  /// standard error. What gains too little in most rounds of the first start, or is a tenth worse twice, gets no more time; what is
  /// unclear gets more.
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
