import Basics
import Dataflow
import Planning

/// Turns knobs and measures the effect: the best so far and a candidate run by turns, until the search ends
/// or its time is over.
public struct Tuner {
  /// As in `ServingSettings`.
  public typealias Knob = ServingSettings.Knob
  /// Measures for a short while; more is better.
  public typealias Trial = () throws -> Double

  /// Starts the tuned system, warm; `nil` if it can't run with these numbers.
  private let start: ([Knob: Int]) throws -> Trial?
  private let time: any TimeSource
  /// Seconds for the search and the final check.
  private let seconds: Double
  /// The maximum number of candidates.
  private let maximumCandidates: Int
  /// The search's share of the time.
  private static let searchShare = 0.85

  /// A measured candidate.
  public struct Step: Sendable {
    /// The turned knob, or those of both segments.
    public let turned: [Knob]
    /// The knob's value before, and the candidate's.
    public let from: Int
    public let value: Int
    public let incumbent: Measurement
    public let candidate: Measurement
    /// How many times better the candidate was.
    public let ratio: Double
    public let isKept: Bool
  }

  /// The outcome of a search.
  public struct Result: Sendable {
    public let knobs: [Knob: Int]
    public let steps: [Step]
    public let before: Measurement
    public let after: Measurement
    /// Whether anything better was found.
    public let isBetter: Bool
    /// Whether no step of a knob is measurably better; `false` if the time was too short.
    public let isComplete: Bool
  }

  public init(
    seconds: Double, maximumCandidates: Int = 1000, time: any TimeSource = MonotonicTime(),
    start: @escaping ([Knob: Int]) throws -> Trial?
  ) {
    self.start = start
    self.seconds = seconds
    self.maximumCandidates = maximumCandidates
    self.time = time
  }

  /// - Parameter observe: called for each measured candidate.
  /// - Throws: `TuningError` if the initial numbers can't be run; an error of measuring.
  public func tune(_ search: KnobSearch, observe: (Step) -> Void = { _ in }) throws -> Result {
    var search = search
    let begin = time.now
    func isOver(_ part: Double) -> Bool { Double(time.now - begin) / 1e9 > part * seconds }
    let first = search.best
    var pair = TrialPair(start, incumbent: first)
    var samples = [try pair.measureIncumbent()]
    var steps: [Step] = []
    var isComplete = false
    while steps.count < maximumCandidates, !isOver(Self.searchShare) {
      guard let candidate = search.next() else {
        isComplete = true
        break
      }
      guard let comparison = try pair.compare(candidate.knobs, isOver: { isOver(Self.searchShare) }),
        let step = Step(candidate, comparison)
      else {
        search.decide(isBetter: false)
        continue
      }
      if search.best == first { samples += comparison.incumbent }
      search.decide(isBetter: step.isKept)
      if step.isKept { pair.promote(candidate.knobs) }
      steps.append(step)
      observe(step)
    }
    guard let before = Measurement(of: samples) else { throw TuningError.cannotRun }
    let unchanged = Result(
      knobs: first, steps: steps, before: before, after: before, isBetter: false, isComplete: isComplete)
    guard search.best != first else { return unchanged }
    // The best of many candidates looks better than it is, so it is measured once more.
    pair = TrialPair(start, incumbent: first)
    guard let comparison = try pair.compare(search.best, endsEarly: false, isOver: { isOver(1.5) }),
      let last = Measurement(of: comparison.incumbent), let after = Measurement(of: comparison.candidate),
      comparison.ratio > 1
    else { return unchanged }
    return Result(
      knobs: search.best, steps: steps, before: last, after: after, isBetter: true, isComplete: isComplete)
  }
}

/// An error of tuning.
public enum TuningError: Error, Hashable, CustomStringConvertible {
  case cannotRun

  public var description: String {
    "the pipeline can't be run as its file says; set its knobs to auto and try again"
  }
}

extension Tuner.Step {
  /// `nil` if nothing was measured.
  fileprivate init?(_ candidate: KnobSearch.Candidate, _ comparison: PairedComparison) {
    guard let incumbent = Measurement(of: comparison.incumbent),
      let measured = Measurement(of: comparison.candidate)
    else { return nil }
    self.init(
      turned: candidate.turned, from: candidate.from, value: candidate.value, incumbent: incumbent,
      candidate: measured, ratio: comparison.ratio, isKept: comparison.verdict == .better)
  }
}

/// The incumbent and a candidate, run by turns.
private struct TrialPair {
  private let start: ([ServingSettings.Knob: Int]) throws -> Tuner.Trial?
  private var incumbent: (knobs: [ServingSettings.Knob: Int], trial: Tuner.Trial?)
  private var candidate: Tuner.Trial?

  init(
    _ start: @escaping ([ServingSettings.Knob: Int]) throws -> Tuner.Trial?,
    incumbent: [ServingSettings.Knob: Int]
  ) {
    self.start = start
    self.incumbent = (incumbent, nil)
  }

  mutating func measureIncumbent() throws -> Double { try runningIncumbent()() }

  /// Makes the latest candidate the incumbent.
  mutating func promote(_ knobs: [ServingSettings.Knob: Int]) {
    incumbent = (knobs, candidate)
    candidate = nil
  }

  /// - Returns: `nil` if the candidate can't run; undecided if the time was over.
  mutating func compare(
    _ knobs: [ServingSettings.Knob: Int], endsEarly: Bool = true, isOver: () -> Bool
  ) throws -> PairedComparison? {
    var comparison = PairedComparison()
    let rounds = PairedComparison.rounds
    for round in 0..<(endsEarly ? rounds.upperBound : rounds.lowerBound) {
      if round.isMultiple(of: PairedComparison.roundsOfStart) {
        // Freed before the next one starts.
        candidate = nil
        if round > 0 { incumbent.trial = nil }
        candidate = try start(knobs)
      }
      guard let candidate else { return nil }
      let trial = try runningIncumbent()
      // The first turn alternates.
      if round.isMultiple(of: 2) {
        let first = try trial()
        comparison.add(incumbent: first, candidate: try candidate())
      } else {
        let first = try candidate()
        comparison.add(incumbent: try trial(), candidate: first)
      }
      if isOver() || endsEarly && comparison.verdict != .undecided { break }
    }
    return comparison
  }

  private mutating func runningIncumbent() throws -> Tuner.Trial {
    if incumbent.trial == nil { incumbent.trial = try start(incumbent.knobs) }
    guard let trial = incumbent.trial else { throw TuningError.cannotRun }
    return trial
  }
}
