/// A network and a batch.
struct Setting: CustomStringConvertible {
  let input: Int
  let hidden: [Int]
  let output: Int
  let batch: Int

  var description: String {
    "\(([input] + hidden + [output]).map(String.init).joined(separator: " → ")), batch \(batch)"
  }

  /// Multiplications and additions of one pass forward, in the layers' products.
  var forwardWork: Double {
    let sizes = [input] + hidden + [output]
    return 2 * Double(batch) * zip(sizes, sizes.dropFirst()).reduce(0) { $0 + Double($1.0 * $1.1) }
  }

  /// Those of the pass back: for the weights of all layers, and for the inputs of all but the first.
  var backwardWork: Double { 2 * forwardWork - 2 * Double(batch * input * hidden[0]) }
}
