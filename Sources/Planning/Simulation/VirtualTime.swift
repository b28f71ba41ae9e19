/// What happens in a simulation, in order of time; what happens at the same time, in the order it was asked for.
final class VirtualTime {
  private struct Event {
    let time: Double
    let number: Int
    let action: () -> Void

    func isBefore(_ other: Event) -> Bool { (time, number) < (other.time, other.number) }
  }

  /// Seconds.
  private(set) var now = 0.0
  /// A binary heap: no event is before the one at half its index.
  private var events: [Event] = []
  private var count = 0

  func schedule(after delay: Double = 0, _ action: @escaping () -> Void) {
    count += 1
    events.append(Event(time: now + delay, number: count, action: action))
    var child = events.count - 1
    while child > 0, events[child].isBefore(events[(child - 1) / 2]) {
      events.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Lets the next event happen; `false` if there is none.
  func step() -> Bool {
    guard let first = events.first else { return false }
    let last = events.removeLast()
    if !events.isEmpty {
      events[0] = last
      sink()
    }
    now = first.time
    first.action()
    return true
  }

  private func sink() {
    var parent = 0
    while true {
      let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < events.count }
      guard let least = children.min(by: { events[$0].isBefore(events[$1]) }),
        events[least].isBefore(events[parent])
      else { return }
      events.swapAt(least, parent)
      parent = least
    }
  }
}
