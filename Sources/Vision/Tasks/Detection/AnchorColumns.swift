import Kernels

/// A tensor `[4 + classes + extra, anchors]`: centre and size in pixels of the input, a probability for each class, then others.
struct AnchorColumns: Sendable {
  let output: Int
  let name: String
  let channels: Int
  let classes: Int

  /// - Parameter extra: how many numbers are behind the classes'.
  /// - Returns: `nil` where an output hasn't this shape.
  init?(_ network: HeadNetwork, output: Int?, extra: Int) {
    guard let output, let extents = network.extents(output, rank: 2), let channels = extents[0],
      network.outputs[output].element?.isFloating ?? false, network.hasClasses(channels - 4 - extra),
      network.isStated || extents[1].map({ $0 > channels }) ?? true
    else { return nil }
    (self.output, self.channels, classes) = (output, channels, channels - 4 - extra)
    name = network.outputs[output].name
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    let numbers = try outputs.floats(output, name)
    let anchors = numbers.count / channels
    guard numbers.count == anchors * channels, anchors == 0 || outputs.shape(output).last == anchors else {
      throw OutputError.wrongShape(
        name, outputs.shape(output), expected: "\(channels) numbers for each anchor")
    }
    var candidates = Candidates(of: name)
    guard anchors > 0, let base = numbers.baseAddress.map({ UnsafePointer($0) }) else { return candidates }
    try withUnsafeTemporaryAllocation(of: Float.self, capacity: anchors) { scores in
      try withUnsafeTemporaryAllocation(of: Int32.self, capacity: anchors) { best in
        guard let scores = scores.baseAddress, let best = best.baseAddress,
          MapKernel.fastest.maximum(
            base + 4 * anchors, stride: anchors, count: classes, width: anchors, to: scores, best)
        else { throw OutputError.notFinite(name) }
        for anchor in 0..<anchors where scores[anchor] > threshold {
          try candidates.append(
            Box(
              x: base[anchor], y: base[anchors + anchor], width: base[2 * anchors + anchor],
              height: base[3 * anchors + anchor]),
            score: scores[anchor], of: Int(best[anchor]), from: anchor)
        }
      }
    }
    return candidates
  }

  /// What is behind an anchor's classes.
  func extra(_ outputs: NetworkOutputs, of anchor: Int) -> [Float] {
    let numbers = outputs.numbers(output)
    let anchors = numbers.count / channels
    return (4 + classes..<channels).map { numbers[$0 * anchors + anchor] }
  }
}
