/// A tensor `[objects, 6 + extra]`: four numbers of a box, score, class, then others; objects don't overlap.
struct ObjectRows: Sendable {
  let output: Int
  let name: String
  let columns: Int

  /// - Parameter extra: how many numbers are behind the class; `nil` for any.
  /// - Returns: `nil` where an output hasn't this shape.
  init?(_ network: HeadNetwork, output: Int?, extra: Int?) {
    guard let output, let extents = network.extents(output, rank: 2), let columns = extents[1],
      network.outputs[output].element?.isFloating ?? false, columns >= 6,
      extra.map({ columns == 6 + $0 }) ?? true
    else { return nil }
    (self.output, self.columns) = (output, columns)
    name = network.outputs[output].name
  }

  /// - Parameter box: of the first four numbers.
  func candidates(
    _ outputs: NetworkOutputs, above threshold: Float,
    _ box: (UnsafePointer<Float>) -> Box = { Box(x1: $0[0], y1: $0[1], x2: $0[2], y2: $0[3]) }
  ) throws -> Candidates {
    let (numbers, count) = try outputs.rows(output, of: columns, name)
    var candidates = Candidates(of: name)
    guard let base = numbers.baseAddress.map({ UnsafePointer($0) }) else { return candidates }
    for object in 0..<count {
      let row = base + object * columns
      guard row[4] < .infinity else { throw OutputError.notFinite(name) }
      guard row[4] > threshold else { continue }
      guard row[5] > -1, row[5] < 1e9 else { throw OutputError.wrongClass(name, row[5]) }
      try candidates.append(box(row), score: row[4], of: Int(row[5]), from: object)
    }
    return candidates
  }

  /// What is behind an object's class.
  func extra(_ outputs: NetworkOutputs, of object: Int) -> [Float] {
    Array(outputs.numbers(output)[(object * columns + 6)..<((object + 1) * columns)])
  }
}

extension [Float] {
  /// The first two of each `size` numbers.
  func points(of size: Int) -> [Detection.Point] {
    stride(from: 0, to: count, by: size).map { Detection.Point(x: self[$0], y: self[$0 + 1]) }
  }
}
