/// A failure of graph execution, apart from the errors that stages throw.
public enum RuntimeError: Error, Sendable, Equatable, CustomStringConvertible {
  case wrongRate(stage: String, port: String, rate: String, emitted: Int)
  case wrongType(stage: String, port: String, expected: String, found: String)
  case missingInput(stage: String, port: Int, index: Int)
  case strayEmission(stage: String, port: Int, index: Int)
  case missingOutput(index: Int, type: String)
  case noInputs
  case wrongNumberOfInputs(expected: Int, found: Int)
  case wrongNumberOfItems(multipleOf: Int, found: Int)
  case incompleteFiring(stage: String)
  case queueFull
  case closed

  public var description: String {
    switch self {
    case .wrongRate(let stage, let port, let rate, let emitted):
      "stage '\(stage)' emitted \(emitted) on port '\(port)' in one firing; its rate is \(rate)"
    case .wrongType(let stage, let port, let expected, let found):
      "port '\(port)' of stage '\(stage)' holds a \(found), not a \(expected)"
    case .missingInput(let stage, let port, let index):
      "stage '\(stage)' asked for token \(index) of input \(port), which it doesn't have"
    case .strayEmission(let stage, let port, let index):
      "stage '\(stage)' emitted on output \(port) for token \(index), one of which it doesn't have"
    case .missingOutput(let index, let type):
      "the graph gave no \(type) at output \(index)"
    case .noInputs:
      "the graph has no inputs; it feeds itself and takes no items"
    case .wrongNumberOfInputs(let expected, let found):
      "an item of this graph is \(expected) values, not \(found)"
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
