/// What a worker does next: when it begins a batch, and which stages it fires then. A pure state machine, which executors and
/// simulations share: it knows nothing of threads, channels, or where time comes from.
package struct WorkerState {
  /// Firings of one stage, one after the other.
  package struct Firings: Equatable {
    /// The stage's position in the placement.
    package let member: Int
    package let count: Int
  }

  package let batching: Batching
  /// The static schedule.
  private let steps: [Firings]
  /// Stages that fire as often as their inputs allow, after those of the schedule.
  private let trailing: [Int]
  /// When the first tokens that wait were seen, in seconds.
  private var since: Double?

  package init(_ placement: ResolvedPlacement) {
    batching = Batching(maximum: placement.batch, delay: placement.queueDelay)
    var (steps, trailing): ([Firings], [Int]) = ([], [])
    for step in placement.schedule.steps {
      guard let member = placement.members.firstIndex(of: step.stage) else { continue }
      switch step.count {
      case .times(let count): steps.append(Firings(member: member, count: count))
      case .whileAvailable: trailing.append(member)
      }
    }
    self.steps = steps
    self.trailing = trailing
  }

  /// Whether a batch begins.
  ///
  /// - Parameters:
  ///   - ready: iterations whose tokens are there.
  ///   - hasEnded: whether no more will come.
  ///   - now: seconds.
  package mutating func takeIn(ready: Int, hasEnded: Bool = false, now: Double) -> Batching.Decision {
    if ready == 0 { since = nil } else if since == nil { since = now }
    let decision = batching.decide(ready: ready, hasEnded: hasEnded, since: since, now: now)
    if case .take = decision { since = nil }
    return decision
  }

  /// So many iterations of the schedule at once.
  package func batch(of iterations: Int) -> Batch {
    Batch(steps: steps, trailing: trailing, iterations: iterations)
  }

  /// A batch under way.
  package struct Batch {
    fileprivate let steps: [Firings]
    fileprivate let trailing: [Int]
    package let iterations: Int
    private var step = 0
    private var trailer = 0
    private var hasFired = false

    fileprivate init(steps: [Firings], trailing: [Int], iterations: Int) {
      self.steps = steps
      self.trailing = trailing
      self.iterations = iterations
    }

    /// What is fired next; `nil` when the batch is done.
    ///
    /// - Parameter canFire: whether the tokens of another firing of a member are there.
    package mutating func next(canFire: (Int) -> Bool) -> Firings? {
      guard step < steps.count else { return nextTrailing(canFire) }
      defer { step += 1 }
      return Firings(member: steps[step].member, count: steps[step].count &* iterations)
    }

    /// The member that the schedule fires after the one that `next` gave, if it says so.
    package var following: Int? { step < steps.count ? steps[step].member : nil }

    private mutating func nextTrailing(_ canFire: (Int) -> Bool) -> Firings? {
      while true {
        while trailer < trailing.count {
          if canFire(trailing[trailer]) {
            hasFired = true
            return Firings(member: trailing[trailer], count: 1)
          }
          trailer += 1
        }
        // Another pass only where a cycle among these stages may have made an earlier one ready again.
        guard hasFired else { return nil }
        (trailer, hasFired) = (0, false)
      }
    }
  }
}
