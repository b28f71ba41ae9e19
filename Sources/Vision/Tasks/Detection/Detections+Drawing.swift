import Basics

extension Detections {
  /// Masks, boxes, key points, and the label of each object; the best on top.
  public func draw(on canvas: Canvas) {
    let objects = objects.reversed()
    for object in objects {
      if let mask = object.mask { canvas.fill(mask, Colour(ofClass: object.index)) }
    }
    for object in objects { canvas.outline(object.box, Colour(ofClass: object.index)) }
    for object in objects {
      let colour = Colour(ofClass: object.index)
      for point in object.keypoints ?? [] { canvas.dot(x: point.x, y: point.y, colour) }
      canvas.label(
        "\(object.label) \(Double(object.score).fixed(2))", x: Int(saturating: Double(object.box.x1)),
        y: Int(saturating: Double(object.box.y1)) - canvas.lineHeight, colour)
    }
  }
}

extension Canvas {
  /// Tints an object's pixels.
  func fill(_ mask: RunLengthMask, _ colour: Colour) {
    guard mask.width == width, mask.height == height, height > 0 else { return }
    var position = 0
    for (index, count) in mask.counts.enumerated() {
      let end = min(position + max(count, 0), width * height)
      if !index.isMultiple(of: 2) {
        for place in position..<max(position, end) { blend(colour, 0.45, place / height, place % height) }
      }
      position = end
    }
  }
}
