import Basics

/// A fault in a graph. Each case names the stage and a remedy.
public enum GraphError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The side of a stage.
  public enum Direction: String, Sendable { case input, output }

  case noStages
  case tooManyStages(Int)
  case duplicateStage(String)
  case noImplementation(stage: String)
  case impossibleRate(stage: String, port: String, rate: Rate, reason: String)
  case unknownStage(String, nearest: String?)
  case unknownPort(stage: String, port: String, direction: Direction, available: [String])
  case ambiguousPort(stage: String, direction: Direction, available: [String])
  case typeMismatch(source: String, sourceType: String, target: String, targetType: String)
  case unconnectedPort(stage: String, port: String, direction: Direction)
  case portUsedTwice(stage: String, port: String)
  case inconsistentRates(source: String, target: String, produced: String, consumed: String)
  case ratesTooLarge(stage: String)
  case variableRateInCycle(stage: String, port: String)
  case starvedCycle(stages: [String])

  public var description: String {
    switch self {
    case .noStages:
      "the graph has no stages; add at least one"
    case .tooManyStages(let count):
      "the graph has \(count.counted("stage")); use at most \(Graph.maximumStages)"
    case .duplicateStage(let name):
      "two stages are named '\(name)'; rename one of them"
    case .noImplementation(let stage):
      "stage '\(stage)' has no implementation; give it at least one"
    case .impossibleRate(let stage, let port, let rate, let reason):
      "stage '\(stage)': rate \(rate) of port '\(port)' \(reason)"
    case .unknownStage(let name, let nearest):
      "no stage is named '\(name)'; " + (nearest.map { "did you mean '\($0)'?" } ?? "name one of the graph's")
    case .unknownPort(let stage, let port, let direction, let available):
      "stage '\(stage)' has no \(direction.rawValue) port '\(port)'; it has \(Self.list(available))"
    case .ambiguousPort(let stage, let direction, let available):
      available.isEmpty
        ? "stage '\(stage)' has no \(direction.rawValue) port; remove what leads there"
        : "stage '\(stage)' has \(available.count) \(direction.rawValue) ports (\(Self.list(available))); "
          + "name one as 'stage.port'"
    case .typeMismatch(let source, let sourceType, let target, let targetType):
      "'\(target)' takes \(targetType) but '\(source)' gives \(sourceType); change what one of the two "
        + "takes or gives, or connect another port"
    case .unconnectedPort(let stage, let port, let direction):
      "\(direction.rawValue) port '\(port)' of stage '\(stage)' is not connected; "
        + "add an edge or list '\(stage).\(port)' under the graph's \(direction.rawValue)s"
    case .portUsedTwice(let stage, let port):
      "input port '\(port)' of stage '\(stage)' is fed twice; keep one of the edges"
    case .inconsistentRates(let source, let target, let produced, let consumed):
      "rates are inconsistent between '\(source)' and '\(target)': tokens produced in one iteration: "
        + "\(produced), consumed: \(consumed); change the rate of one of the two ports"
    case .ratesTooLarge(let stage):
      "the rates around stage '\(stage)' need more than \(Schedule.maximumFirings) firings or tokens in one "
        + "iteration; choose rates with a smaller common multiple"
    case .variableRateInCycle(let stage, let port):
      "port '\(port)' of stage '\(stage)' has a variable rate inside a cycle; give it a fixed rate"
    case .starvedCycle(let stages):
      "the cycle \((stages + stages.prefix(1)).joined(separator: " → ")) can't start; "
        + "put initial items on one of its edges, as many as its target takes at once"
    }
  }

  /// The stage to look at first; `nil` if the fault is no stage's.
  public var stage: String? {
    switch self {
    case .noStages, .tooManyStages: nil
    case .duplicateStage(let stage), .noImplementation(let stage), .impossibleRate(let stage, _, _, _),
      .unknownStage(let stage, _), .unknownPort(let stage, _, _, _), .ambiguousPort(let stage, _, _),
      .unconnectedPort(let stage, _, _), .portUsedTwice(let stage, _), .ratesTooLarge(let stage),
      .variableRateInCycle(let stage, _):
      stage
    case .typeMismatch(_, _, let target, _), .inconsistentRates(_, let target, _, _): Endpoint(target).stage
    case .starvedCycle(let stages): stages.first
    }
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.map { "'\($0)'" }.joined(separator: ", ")
  }
}
