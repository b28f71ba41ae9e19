/// A worker's next steps: the start of a batch, and the stages to fire. A pure state machine without threads,
/// channels or a clock, which executors and simulations share.
package struct WorkerState {
  /// Consecutive firings of one stage.
  package struct Firings: Equatable {
    /// The stage's position in the placement.
    package let member: Int
    package let count: Int
  }

  package let batching: Batching
  /// The static schedule.
  private let steps: [Firings]
  /// The stages that fire until their inputs run out, after those of the schedule.
  private let trailing: [Int]
  /// The time when the first waiting tokens were seen, in seconds.
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

  /// Decides whether a batch begins.
  ///
  /// - Parameters:
  ///   - ready: iterations whose tokens are there.
  ///   - hasEnded: whether the input has ended.
  ///   - now: seconds.
  package mutating func takeIn(ready: Int, hasEnded: Bool = false, now: Double) -> Batching.Decision {
    if ready == 0 { since = nil } else if since == nil { since = now }
    let decision = batching.decide(ready: ready, hasEnded: hasEnded, since: since, now: now)
    if case .take = decision { since = nil }
    return decision
  }

  /// A batch of iterations of the schedule.
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

    /// The next firings; `nil` at the end of the batch.
    ///
    /// - Parameter canFire: whether the tokens of another firing of a member are there.
    package mutating func next(canFire: (Int) -> Bool) -> Firings? {
      guard step < steps.count else { return nextTrailing(canFire) }
      defer { step += 1 }
      return Firings(member: steps[step].member, count: steps[step].count &* iterations)
    }

    /// The schedule's next member after `next`'s latest; `nil` if there is none.
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
        // Another pass only if a cycle among these stages may have made an earlier one ready again.
        guard hasFired else { return nil }
        (trailer, hasFired) = (0, false)
      }
    }
  }
}
