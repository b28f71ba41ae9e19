import Basics
import Dataflow

/// The statistics of a model since it was loaded, by Triton's extension.
///
/// `compute_input` is everything before the network, `compute_infer` the network, `compute_output` everything
/// behind it; `queue` is all waiting.
final class ModelStatistics: Sendable {
  struct Duration: Sendable, Equatable {
    var count = 0
    var nanoseconds: Nanoseconds = 0

    mutating func add(_ time: Nanoseconds, times count: Int = 1) {
      self.count += count
      nanoseconds += time
    }
  }

  struct Values: Sendable, Equatable {
    var success = Duration(), fail = Duration(), queue = Duration()
    var input = Duration(), infer = Duration(), output = Duration()
    var inferences = 0
    /// Milliseconds since 1970.
    var lastInference = 0
  }

  private let stages: [Range<Int>]
  private let state = Locked(Values())

  /// - Parameter network: the position of the network's stage among all stages.
  init(network: Int, of stages: Int) {
    self.stages = [0..<network, network..<min(network + 1, stages), min(network + 1, stages)..<stages]
  }

  func record(_ record: RequestRecord, at time: Int) {
    let duration = record.completion - min(record.arrival, record.completion)
    state.withLock { state in
      guard record.outcome == .ok else { return state.fail.add(duration) }
      state.success.add(duration)
      state.lastInference = time
      state.inferences += record.parts.reduce(0) { $0 + $1.inferences }
      for case let attribution? in record.parts.map(\.attribution) {
        func sum(_ range: Range<Int>) -> Nanoseconds {
          attribution.stages[range.clamped(to: attribution.stages.indices)].reduce(0) {
            $0 + $1.compute + $1.transfer
          }
        }
        state.queue.add(attribution.queue)
        state.input.add(sum(stages[0]))
        state.infer.add(sum(stages[1]))
        state.output.add(sum(stages[2]))
      }
    }
  }

  var values: Values { state.withLock { $0 } }
}

extension ModelStatistics.Values {
  /// The durations of the protocol, by its names.
  var durations: [(name: String, value: ModelStatistics.Duration)] {
    [
      ("success", success), ("fail", fail), ("queue", queue), ("compute_input", input),
      ("compute_infer", infer), ("compute_output", output), ("cache_hit", ModelStatistics.Duration()),
      ("cache_miss", ModelStatistics.Duration()),
    ]
  }

  /// `{"model_stats":[…]}` of several models.
  static func json(_ models: [(name: String, version: Int, values: Self)]) -> String {
    var json = JSONText(capacity: 512 * (models.count + 1))
    json.object { json in
      json.array("model_stats") { json in
        for (name, version, values) in models {
          json.object { json in
            json.value("name", name)
            json.value("version", "\(version)")
            json.value("last_inference", values.lastInference)
            json.value("inference_count", values.inferences)
            json.value("execution_count", values.infer.count)
            json.object("inference_stats") { json in
              for (name, value) in values.durations {
                json.object(name) { json in
                  json.value("count", value.count)
                  json.value("ns", Int(value.nanoseconds))
                }
              }
            }
            json.array("batch_stats") { _ in }
          }
        }
      }
    }
    return json.text
  }
}
