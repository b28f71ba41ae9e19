/// A tensor `[anchors, 5 + classes + extra]`: centre and size in pixels of the input, a probability that there is an object, one
/// for each class if there is, then others.
struct AnchorRows: Sendable {
  let output: Int
  let name: String
  let channels: Int
  let classes: Int

  /// - Parameter extra: how many numbers are behind the classes'.
  /// - Returns: `nil` where an output hasn't this shape.
  init?(_ network: HeadNetwork, output: Int?, extra: Int) {
    guard let output, let extents = network.extents(output, rank: 2), let channels = extents[1],
      network.outputs[output].element?.isFloating ?? false, network.hasClasses(channels - 5 - extra),
      network.isStated || extents[0].map({ $0 > channels }) ?? true,
      network.mayBeGrid(extents[0], boxesPerCell: 3)
    else { return nil }
    (self.output, self.channels, classes) = (output, channels, channels - 5 - extra)
    name = network.outputs[output].name
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    let (numbers, anchors) = try outputs.rows(output, of: channels, name)
    var candidates = Candidates(of: name)
    guard let base = numbers.baseAddress else { return candidates }
    for anchor in 0..<anchors {
      let row = base + anchor * channels
      guard row[4] < .infinity else { throw OutputError.notFinite(name) }
      // No class is likelier than that there is something.
      guard row[4] > threshold else { continue }
      var (best, index) = (-Float.infinity, 0)
      for position in 0..<classes {
        let score = row[5 + position]
        guard score < .infinity else { throw OutputError.notFinite(name) }
        if score > best { (best, index) = (score, position) }
      }
      let score = best * row[4]
      guard score > threshold else { continue }
      try candidates.append(
        Box(x: row[0], y: row[1], width: row[2], height: row[3]), score: score, of: index, from: anchor)
    }
    return candidates
  }

  /// What is behind an anchor's classes.
  func extra(_ outputs: NetworkOutputs, of anchor: Int) -> [Float] {
    let row = outputs.numbers(output)[(anchor * channels)...]
    return Array(row.dropFirst(5 + classes).prefix(channels - 5 - classes))
  }
}
