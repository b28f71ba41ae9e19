import Basics
import Dataflow
import Load
import Planning
import Vision

/// The result of a tuning, as printed.
struct TuningReport: Encodable {
  struct Step: Encodable {
    /// Joined by + where the knobs of both segments were turned.
    let knob: String
    let from: Int
    let value: Int
    /// Medians.
    let incumbent, candidate: Double
    let ratio: Double
    let kept: Bool
  }

  let pipeline: String
  let objective: String
  let unit: String
  let steps: [Step]
  let before, after: Double
  let better: Bool
  let complete: Bool
  let knobs: [String: Int]
  let file: String
  let written: Bool

  init(
    _ pipeline: String, _ objective: Objective, _ result: Tuner.Result, knobs: [ServingSettings.Knob: Int],
    file: String, isWritten: Bool
  ) {
    self.pipeline = pipeline
    self.objective = objective.rawValue
    unit = objective.unit
    steps = result.steps.map {
      Step(
        knob: $0.name, from: $0.from, value: $0.value,
        incumbent: objective.value($0.incumbent.median), candidate: objective.value($0.candidate.median),
        ratio: $0.ratio, kept: $0.isKept)
    }
    before = objective.value(result.before.median)
    after = objective.value(result.after.median)
    better = result.isBetter
    complete = result.isComplete
    self.knobs = Dictionary(uniqueKeysWithValues: knobs.map { ($0.key.rawValue, $0.value) })
    self.file = file
    written = isWritten
  }

  var text: String {
    let values = "\(before.fixed(before < 10 ? 3 : 1)) → \(after.fixed(after < 10 ? 3 : 1)) \(unit)"
    var lines = [better ? values : "nothing was better: \(values)"]
    if !complete { lines.append("the time was over before every knob had been tried; more: --seconds") }
    lines += ServingSettings.Knob.allCases.compactMap { knob in
      knobs[knob.rawValue].map { "  \(knob.rawValue): \($0)" }
    }
    lines.append(written ? "written to \(file)" : "nothing was written")
    return lines.joined(separator: "\n")
  }
}

extension Tuner.Step {
  fileprivate var name: String { turned.map(\.rawValue).joined(separator: "+") }

  func text(_ objective: Objective) -> String {
    "\(name.padded(53))  \("\(from) → \(value)".padded(11))  "
      + "\(objective.text(candidate)) against \(objective.text(incumbent)), × \(ratio.fixed(3)) in pairs"
      + (verdict.isEmpty ? "" : "  \(verdict)")
  }

  /// Whether a better candidate is kept, and why not.
  private var verdict: String {
    if isKept { return "kept" }
    if ratio <= 1 { return "" }
    return ratio < 1 + PairedComparison.leastGain ? "too little to count" : "not sure enough"
  }
}

extension Objective {
  /// The unit of the measured value.
  var unit: String {
    switch self {
    case .throughput: "items/s"
    case .latency: "ms"
    case .efficiency: "J an item"
    }
  }

  /// The value to print for a trial's result, of which more is better.
  func value(_ goodness: Double) -> Double {
    switch self {
    case .throughput: goodness
    case .latency: 1000 / goodness
    case .efficiency: 1 / goodness
    }
  }

  func text(_ goodness: Double) -> String {
    let value = value(goodness)
    return "\(value.fixed(value < 10 ? 3 : 1)) \(unit)"
  }

  func text(_ measured: Measurement) -> String {
    "\(text(measured.median)) ± \((measured.spread * 100).fixed(1)) %"
  }
}
