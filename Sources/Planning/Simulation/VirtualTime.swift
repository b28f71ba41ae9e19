import HeapModule

/// What happens in a simulation, in order of time; what happens at the same time, in the order it was asked for.
final class VirtualTime {
  private struct Event: Comparable {
    let time: Double
    let number: Int
    let action: () -> Void

    static func < (one: Event, other: Event) -> Bool { (one.time, one.number) < (other.time, other.number) }
    static func == (one: Event, other: Event) -> Bool { one.number == other.number }
  }

  /// Seconds.
  private(set) var now = 0.0
  private var events = Heap<Event>()
  private var count = 0

  func schedule(after delay: Double = 0, _ action: @escaping () -> Void) {
    count += 1
    events.insert(Event(time: now + delay, number: count, action: action))
  }

  /// Runs the next event; `false` if there is none.
  func step() -> Bool {
    guard let event = events.popMin() else { return false }
    now = event.time
    event.action()
    return true
  }
}
