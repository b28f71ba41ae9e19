/// Ultralytics' heads since YOLOv8, before non-maximum suppression: `[4 + classes, anchors]`, boxes by centre and size in pixels
/// of the input, a probability for each class.
struct YOLOv8Head: DetectionHead {
  static let name = "yolov8"

  private let channels: Int
  private let anchors: Int
  var classes: Int? { channels - 4 }

  init?(_ network: HeadNetwork) {
    guard network.outputs.count == 1, network.outputs[0].shape.count == 2,
      let channels = network.outputs[0].shape[0], channels > 4
    else { return nil }
    let anchors = network.outputs[0].shape[1]
    guard anchors.map({ $0 > channels }) ?? true, network.labels == 0 || network.labels == channels - 4 else {
      return nil
    }
    self.channels = channels
    self.anchors = anchors ?? 0
  }

  func candidates(_ outputs: NetworkOutputs, from threshold: Float) throws -> Candidates {
    let numbers = outputs.numbers(0)
    let anchors = numbers.count / channels
    let best = try BestClass(
      UnsafeBufferPointer(rebasing: numbers[(4 * anchors)...]), classes: channels - 4, anchors: anchors)
    var candidates = Candidates()
    for anchor in 0..<anchors where best.scores[anchor] >= threshold {
      candidates.append(
        Box(
          x: numbers[anchor], y: numbers[anchors + anchor], width: numbers[2 * anchors + anchor],
          height: numbers[3 * anchors + anchor]),
        score: best.scores[anchor], of: Int(best.classes[anchor]), from: anchor)
    }
    return candidates
  }
}

/// The likeliest class of each anchor, of scores that lie class by class.
struct BestClass {
  private(set) var scores: [Float]
  private(set) var classes: [Int32]

  /// - Throws: `HeadError` where a score is not finite.
  init(_ numbers: UnsafeBufferPointer<Float>, classes count: Int, anchors: Int) throws {
    scores = Array(repeating: -.infinity, count: anchors)
    classes = Array(repeating: 0, count: anchors)
    guard anchors > 0, let base = numbers.baseAddress else { return }
    var isFinite = true
    scores.withUnsafeMutableBufferPointer { best in
      classes.withUnsafeMutableBufferPointer { classes in
        for index in 0..<count {
          let row = base + index * anchors
          var anchor = 0
          // Eight side by side; a class must be better, not as good.
          while anchor + 8 <= anchors {
            let new = UnsafeRawPointer(row + anchor).loadUnaligned(as: SIMD8<Float>.self)
            let place = UnsafeMutableRawPointer(best.baseAddress! + anchor)
            let old = place.loadUnaligned(as: SIMD8<Float>.self)
            let isBetter = new .> old
            place.storeBytes(of: old.replacing(with: new, where: isBetter), as: SIMD8<Float>.self)
            let kept = UnsafeMutableRawPointer(classes.baseAddress! + anchor)
            let before = kept.loadUnaligned(as: SIMD8<Int32>.self)
            kept.storeBytes(
              of: before.replacing(with: Int32(truncatingIfNeeded: index), where: isBetter),
              as: SIMD8<Int32>.self)
            isFinite = isFinite && all(new .< .infinity)
            anchor += 8
          }
          while anchor < anchors {
            if row[anchor] > best[anchor] { (best[anchor], classes[anchor]) = (row[anchor], Int32(index)) }
            isFinite = isFinite && row[anchor] < .infinity
            anchor += 1
          }
        }
      }
    }
    guard isFinite else { throw HeadError.notFinite("scores") }
  }
}
