import Foundation

/// A map of classes is certain where hardly any pixel is near a decision.
struct PixelCertainty: OutputCertainty {
  let settings: SegmentSettings
  /// The part of the pixels that may be undecided.
  private static let share = 0.01

  /// - Parameter margin: of a probability; of logits of several classes, in standard deviations.
  func isCertain(_ outputs: NetworkOutputs, margin: Float) -> Bool {
    guard let planes = try? settings.map.planes(outputs) else { return false }
    let undecided = planes.count > 1 ? contested(planes, margin) : near(planes, margin)
    return Double(undecided) <= Self.share * Double(planes.height * planes.width)
  }

  /// Pixels whose probability of the foreground is near the threshold.
  private func near(_ planes: MapPlanes, _ margin: Float) -> Int {
    let numbers = UnsafeBufferPointer(start: planes.base, count: planes.height * planes.width)
    return numbers.count { number in
      let probability = settings.head == .logits ? 1 / (1 + exp(-number)) : number
      return abs(probability - settings.threshold) < margin
    }
  }

  /// Pixels whose best number is hardly above the second best.
  private func contested(_ planes: MapPlanes, _ margin: Float) -> Int {
    let numbers = UnsafeBufferPointer(start: planes.base, count: planes.count * planes.height * planes.width)
    let lead = margin * Float(numbers.deviation)
    var count = 0
    for row in 0..<planes.height {
      for column in 0..<planes.width {
        var (best, second) = (-Float.infinity, -Float.infinity)
        for plane in 0..<planes.count {
          let number = planes.base[plane * planes.planeStride + row * planes.rowStride + column * planes.step]
          if number > best { (best, second) = (number, best) } else if number > second { second = number }
        }
        if best - second < lead { count += 1 }
      }
    }
    return count
  }
}
