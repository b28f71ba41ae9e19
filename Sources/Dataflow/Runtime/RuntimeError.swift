/// What can go wrong while a graph runs, apart from the errors that stages throw.
public enum RuntimeError: Error, Sendable, Equatable, CustomStringConvertible {
  case wrongRate(stage: String, port: String, rate: String, emitted: Int)
  case wrongType(stage: String, port: String, expected: String, found: String)
  case missingOutput(index: Int, type: String)
  case wrongNumberOfInputs(expected: Int, found: Int)
  case wrongNumberOfItems(multipleOf: Int, found: Int)
  case incompleteFiring(stage: String)
  case queueFull
  case closed

  public var description: String {
    switch self {
    case .wrongRate(let stage, let port, let rate, let emitted):
      "stage '\(stage)' emitted \(emitted) tokens on port '\(port)', whose rate is \(rate)"
    case .wrongType(let stage, let port, let expected, let found):
      "port '\(port)' of stage '\(stage)' holds a \(found), not a \(expected)"
    case .missingOutput(let index, let type):
      "the graph gave no \(type) at output \(index)"
    case .wrongNumberOfInputs(let expected, let found):
      "the graph takes \(expected) values an item, not \(found)"
    case .wrongNumberOfItems(let multiple, let found):
      "one iteration takes \(multiple) items; \(found) is not a multiple of that"
    case .incompleteFiring(let stage):
      "the input ended before stage '\(stage)' had all the tokens of a firing"
    case .queueFull:
      "the queue is full"
    case .closed:
      "the executor no longer accepts work"
    }
  }
}
