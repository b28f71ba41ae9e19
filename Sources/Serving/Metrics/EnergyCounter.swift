import Basics
import Dataflow
import Planning

/// The energy of the server's processors since its start, which never decreases while pipelines come and go.
final class EnergyCounter: Sendable {
  typealias Reading = (joules: Double, source: EnergySource)

  private struct State {
    let meter: EnergyMeter
    /// The busy time of each pipeline at the last reading, by processor.
    var last: [ObjectIdentifier: [String: Double]] = [:]
    var busy: [String: Double] = [:]
  }

  private let state: Locked<State>

  /// - Parameter makeMeter: makes the meter, which begins to count.
  init(_ makeMeter: @Sendable () -> EnergyMeter = { EnergyMeter() }) {
    state = Locked(State(meter: makeMeter()))
  }

  /// Reads the energy so far, with the hosted pipelines; `nil` if it is unknown.
  ///
  /// Call it every minute at least: a pipeline's work between the last reading and its end is not counted,
  /// and hardware counters overflow.
  ///
  /// - Parameter pipelines: each with its busy time so far, by processor.
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
