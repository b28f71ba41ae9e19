extension Spaces {
  /// Checks that an agent can be trained in these spaces.
  ///
  /// - Throws: `TrainingError.impossibleSpace`.
  func check(_ environment: String) throws(TrainingError) {
    func refuse(_ reason: String) -> TrainingError {
      .impossibleSpace(environment: environment, reason: reason)
    }
    if let flaw = observation.flaw { throw refuse("its observation space \(flaw)") }
    switch action {
    case .discrete(let count):
      // Action numbers are stored as `Float`.
      guard (1...(1 << 24)).contains(count) else {
        throw refuse("it has \(count) actions; there must be 1 to \(1 << 24)")
      }
    case .continuous(let box):
      if let flaw = box.flaw { throw refuse("its action space \(flaw)") }
      for (index, (low, high)) in zip(box.low, box.high).enumerated() where !(high - low).isFinite {
        throw refuse(
          "number \(index) of an action may be \(low) to \(high); learning needs bounds: give some, and let the environment scale what it gets"
        )
      }
    }
    if let maximumSteps, maximumSteps < 1 {
      throw refuse("its episodes end after \(maximumSteps) steps; it must be at least 1")
    }
  }
}

extension BoxSpace {
  /// The fault of the bounds, which may be infinite; `nil` if there is none.
  fileprivate var flaw: String? {
    guard !low.isEmpty else { return "has no numbers" }
    guard low.count == high.count else { return "has \(low.count) lower and \(high.count) upper bounds" }
    for (index, (low, high)) in zip(low, high).enumerated() {
      if low.isNaN || high.isNaN { return "has a bound that is no number, of number \(index)" }
      if low > high { return "goes from \(low) to \(high) in number \(index): the bounds are reversed" }
    }
    return nil
  }
}
