import Basics

/// The isolation of failed items. Their tokens skip the stage, and `Absent` tokens take the places of their
/// outputs, so that items still meet themselves where edges join.
extension StageRunner {
  /// A token of the owner port; it locates missing tokens.
  struct Slot {
    let item: Item
    var isGap: Bool
  }

  /// Every port must have a token left: a join with a failed side has nothing to do.
  var hasWork: Bool { !consumed.isEmpty && consumed.indices.allSatisfy { firing.count(of: $0) > 0 } }

  /// Leaves the tokens of stopped items out of the firing.
  ///
  /// Each item's state is read once, as another thread may stop it meanwhile: its tokens on different ports
  /// must stay or go together.
  func setFailedAside() {
    let stopped = Set(items.filter(\.isStopped).map(ObjectIdentifier.init))
    guard firing.batch == 1 else { return setFiringsAside(stopped) }
    firing.wanted = consumed.indices.map { port in
      (0..<consumed[port]).filter { !stopped.contains(ObjectIdentifier(wiring.inputs[port][$0].item)) }
    }
    slots = owners.map { Slot(item: $0, isGap: stopped.contains(ObjectIdentifier($0))) }
    if !hasWork, let error = items.lazy.compactMap(\.error).first { fail(error) }
  }

  /// Leaves firings with a stopped item's token out of a batch. Their other items fail with it.
  private func setFiringsAside(_ stopped: Set<ObjectIdentifier>) {
    let errors = (0..<firing.batch).map { index -> (any Error)? in
      let items = wiring.inputs.map { $0[index].item }
      guard let cause = items.first(where: { stopped.contains(ObjectIdentifier($0)) }) else { return nil }
      let error = cause.error ?? CancellationError()
      for item in items where !item.isAmbient { item.fail(error) }
      return error
    }
    let wanted = errors.indices.filter { errors[$0] == nil }
    firing.wanted = consumed.map { _ in wanted }
    slots = zip(owners, errors).map { Slot(item: $0, isGap: $1 != nil) }
  }

  /// Fails the items of this firing, or the whole graph if it has none.
  func fail(_ error: any Error) {
    firing.clearEmissions()
    let concerned = items.filter { !$0.isAmbient }
    for item in concerned { item.fail(error) }
    if concerned.isEmpty { ambient.fail(error) }
    slots = owners.map { Slot(item: $0, isGap: true) }
  }

  /// The items of the consumed tokens.
  private var items: [Item] {
    consumed.isEmpty
      ? [ambient]
      : consumed.indices.flatMap { port in (0..<tokens(of: port)).map { wiring.inputs[port][$0].item } }
  }

  private var owners: [Item] {
    let port = wiring.ownerPort
    return consumed.isEmpty ? [ambient] : (0..<tokens(of: port)).map { wiring.inputs[port][$0].item }
  }

  func checkRates() throws {
    if let stray = firing.stray {
      throw RuntimeError.strayEmission(stage: stage.name, port: stray.port, index: stray.index)
    }
    guard firing.batch == 1 else { return try checkShares() }
    for port in produced.indices where !isRight(firing.emitted[port], for: produced[port]) {
      throw wrongRate(on: port, firing.emitted[port])
    }
  }

  /// Checks that each firing of a batch has emitted as many tokens as a single firing does.
  private func checkShares() throws {
    for (port, rate) in produced.enumerated() {
      for index in 0..<firing.batch where slots.isEmpty || !slots[index].isGap {
        let count = firing.share(of: port, firing: index)
        if count > rate.maximum || !rate.isVariable && count < rate.maximum {
          throw wrongRate(on: port, count)
        }
      }
    }
  }

  private func wrongRate(on port: Int, _ emitted: Int) -> RuntimeError {
    .wrongRate(
      stage: stage.name, port: stage.outputs[port].name, rate: produced[port].description, emitted: emitted)
  }

  private func isRight(_ emitted: Int, for rate: Rate) -> Bool {
    if rate.isVariable { return emitted <= rate.maximum }
    if slots.isEmpty { return emitted == rate.maximum }
    guard let share = share(of: rate) else { return emitted <= rate.maximum }
    return emitted == share * slots.count { !$0.isGap }
  }

  /// The tokens of a port for each token of the owner port, if the number is the same for all.
  private func share(of rate: Rate) -> Int? {
    if firing.batch > 1 { return rate.maximum }
    return rate.maximum.isMultiple(of: slots.count) ? rate.maximum / slots.count : nil
  }

  /// Passes on the emissions, with `Absent` in the places of failed items.
  func passAroundGaps(at now: Nanoseconds) {
    var emissions = produced.map { _ in [Firing.Emission]() }
    while let emission = firing.emissions.popFirst() { emissions[emission.port].append(emission) }
    for (port, rate) in produced.enumerated() {
      var rest = emissions[port][...]
      guard !rate.isVariable else {
        for emission in rest { pass(emission, at: now) }
        continue
      }
      if let share = share(of: rate) {
        for slot in slots {
          for _ in 0..<share {
            if slot.isGap {
              put(Absent(), of: slot.item, order: 0, on: port, at: now)
            } else if let emission = rest.popFirst() {
              pass(emission, at: now)
            }
          }
        }
      } else if let failed = items.first(where: \.isStopped) {
        for emission in rest { pass(emission, at: now) }
        for _ in rest.count..<rate.maximum { put(Absent(), of: failed, order: 0, on: port, at: now) }
      }
    }
  }
}
