import Basics
import Dataflow
import Planning

/// The energy that the server's processors have taken since it began, which never goes down while pipelines
/// come and go.
final class EnergyCounter: Sendable {
  typealias Reading = (joules: Double, source: EnergySource)

  private struct State {
    let meter: EnergyMeter
    /// What each pipeline had kept busy when it was last looked at, by processor.
    var last: [ObjectIdentifier: [String: Double]] = [:]
    var busy: [String: Double] = [:]
  }

  private let state: Locked<State>

  /// - Parameter makeMeter: which begins to count.
  init(_ makeMeter: @Sendable () -> EnergyMeter = { EnergyMeter() }) {
    state = Locked(State(meter: makeMeter()))
  }

  /// Looks at what is hosted now, and gives what was taken so far; `nil` where nobody knows.
  ///
  /// Call it every minute at least: what a pipeline does between the last look and its end is not counted,
  /// and counters of hardware begin again.
  ///
  /// - Parameter pipelines: each with what it has kept busy so far, by processor.
  func read(_ pipelines: [(id: ObjectIdentifier, busy: [String: Double])]) -> Reading? {
    state.withLock { state in
      for (id, busy) in pipelines {
        let before = state.last[id] ?? [:]
        for (processor, seconds) in busy {
          state.busy[processor, default: 0] += max(seconds - (before[processor] ?? 0), 0)
        }
      }
      state.last = Dictionary(pipelines.map { ($0.id, $0.busy) }) { first, _ in first }
      return state.meter.joules(state.busy)
    }
  }
}
