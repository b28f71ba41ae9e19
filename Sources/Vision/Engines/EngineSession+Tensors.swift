import Basics
import Dataflow

extension EngineSession {
  /// Refuses tensors that don't fit the model.
  func check(_ tensors: [Tensor]) throws(EngineError) {
    guard tensors.count == inputs.count else {
      throw .wrongInputs(expected: inputs.count.counted("tensor"), found: "\(tensors.count)")
    }
    for (input, tensor) in zip(inputs, tensors) {
      guard let element = input.element else {
        throw .unsupportedType(tensor: input.name, type: input.typeName)
      }
      let fits =
        input.shape.count == tensor.shape.count
        && zip(input.shape, tensor.shape).allSatisfy { $0 == nil || $0 == $1 }
      guard fits, element == tensor.element else {
        throw .wrongInputs(expected: "\(input)", found: "\(tensor.element) \(tensor.shape)")
      }
    }
    // The outputs' size is known in advance where their shapes follow from the inputs'.
    let extents = try SymbolValues(inputs, tensors.map(\.shape))
    for output in outputs {
      guard let shape = extents.shape(of: output), let element = output.element else { continue }
      try limits.check("output '\(output.name)'", bytes: element.byteCount(shape))
    }
  }

  /// Runs the model through a C layer.
  ///
  /// Nothing is preallocated for outputs: the library reports their shapes after the run. A file's
  /// declarations may be wrong, and outputs need not have the batch's rows (decision 19).
  ///
  /// - Parameters:
  ///   - call: runs the model, describes the outputs, and returns an error message, or `nil` for success.
  ///   - take: turns the output at a position into a tensor.
  func run<Native: NativeTensor>(
    _ tensors: [Tensor], call: ([Native], inout [Native]) -> String?,
    take: (Int, Native) throws(EngineError) -> Tensor
  ) throws(EngineError) -> [Tensor] {
    try check(tensors)
    let given = tensors.map { Native($0) }
    var taken = [Native](repeating: Native(), count: outputs.count)
    let reason = withExtendedLifetime(tensors) { call(given, &taken) }
    if let reason { throw EngineError(failureOfRun: reason) }
    var results: [Tensor] = []
    for (index, native) in taken.enumerated() { results.append(try take(index, native)) }
    return results
  }
}

extension EngineError {
  /// An engine reports a lack of memory only in its message, along with places in its own sources.
  fileprivate init(failureOfRun text: String) {
    let reason = text.replacing(/\/\S+\.(cc|cpp|h|hpp):\d+:? ?/, with: "")
    let signs = ["bad_alloc", "bad allocation", "Failed to allocate memory", "ut of memory"]
    self = signs.contains { reason.contains($0) } ? .outOfMemory(bytes: nil) : .failed(reason: reason)
  }
}

/// The extents of named dimensions in one run.
struct SymbolValues {
  private var values: [(name: String, extent: Int)] = []

  /// - Parameter shapes: one for each tensor, of its rank.
  /// - Throws: `EngineError.wrongInputs` if extents of one name differ.
  init(_ tensors: [TensorDescription], _ shapes: [[Int]]) throws(EngineError) {
    for (tensor, shape) in zip(tensors, shapes) {
      for case (let symbol?, let extent) in zip(tensor.symbols, shape) {
        if let known = self[symbol] {
          guard known == extent else {
            throw .wrongInputs(
              expected: "inputs in which '\(symbol)' is the same extent", found: "\(known) and \(extent)")
          }
        } else {
          values.append((symbol, extent))
        }
      }
    }
  }

  // A handful: a linear search is faster than a dictionary.
  subscript(symbol: String) -> Int? { values.first { $0.name == symbol }?.extent }

  /// A tensor's declared shape with its names resolved; `nil` where a free extent's name is unknown.
  func shape(of tensor: TensorDescription) -> [Int]? {
    guard tensor.hasRank else { return nil }
    let extents = zip(tensor.shape, tensor.symbols).map { $0 ?? $1.flatMap { self[$0] } }
    let known = extents.compactMap { $0 }
    return known.count == extents.count ? known : nil
  }
}
