import Foundation

/// YuNet's faces with five points, as OpenCV's `FaceDetectorYN` reads them: for each cell of grids of 8, 16 and 32 pixels `cls`
/// and `obj`, whose product's root is the score, `bbox` and `kps` relative to the cell.
struct YuNetHead: DetectionHead {
  static let name = "yunet"
  static var defaultScore: Float { 0.6 }
  static var defaultOverlap: Double { 0.3 }

  /// A grid's outputs.
  private struct Grid: Sendable {
    let cell: Int
    let classes, objects, boxes, points: (output: Int, name: String)
  }

  private let grids: [Grid]
  var classes: Int? { 1 }
  var hasKeypoints: Bool { true }

  init?(_ network: HeadNetwork) {
    guard network.hasClasses(1) else { return nil }
    grids = [8, 16, 32].compactMap { cell in
      func output(_ kind: String, _ columns: Int) -> (Int, String)? {
        let name = "\(kind)_\(cell)"
        guard let output = network.output(named: name), let extents = network.extents(output, rank: 2),
          extents[1] ?? columns == columns
        else { return nil }
        return (output, name)
      }
      guard let classes = output("cls", 1), let objects = output("obj", 1), let boxes = output("bbox", 4),
        let points = output("kps", 10)
      else { return nil }
      return Grid(cell: cell, classes: classes, objects: objects, boxes: boxes, points: points)
    }
    guard grids.count == 3 else { return nil }
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    let frame = try outputs.knownFrame()
    var candidates = Candidates(of: grids[0].boxes.name)
    for (number, grid) in grids.enumerated() {
      let columns = frame.width / grid.cell
      let count = frame.height / grid.cell * columns
      let classes = try outputs.rows(grid.classes.output, of: 1, grid.classes.name)
      let objects = try outputs.rows(grid.objects.output, of: 1, grid.objects.name)
      let boxes = try outputs.rows(grid.boxes.output, of: 4, grid.boxes.name)
      let points = try outputs.rows(grid.points.output, of: 10, grid.points.name)
      for (found, name) in [
        (classes.count, grid.classes.name), (objects.count, grid.objects.name),
        (boxes.count, grid.boxes.name),
        (points.count, grid.points.name),
      ] where found != count {
        throw OutputError("the network's output '\(name)' has \(found) rows for \(count) cells of the input")
      }
      let size = Float(grid.cell)
      for cell in 0..<count {
        let product =
          try clamped(classes.numbers[cell], grid.classes.name)
          * clamped(objects.numbers[cell], grid.objects.name)
        let score = product.squareRoot()
        guard score > threshold else { continue }
        let box = boxes.numbers[(4 * cell)...].prefix(4).map { $0 }
        let centre = (Float(cell % columns) + box[0], Float(cell / columns) + box[1])
        try candidates.append(
          Box(x: centre.0 * size, y: centre.1 * size, width: exp(box[2]) * size, height: exp(box[3]) * size),
          score: score, of: 0, from: cell << 2 | number)
      }
    }
    return candidates
  }

  private func clamped(_ number: Float, _ output: String) throws -> Float {
    guard number.isFinite else { throw OutputError.notFinite(output) }
    return min(max(number, 0), 1)
  }

  func keypoints(_ outputs: NetworkOutputs, of source: Int) -> [Detection.Point] {
    guard let frame = outputs.frame else { return [] }
    let (grid, cell) = (grids[source & 3], source >> 2)
    let columns = frame.width / grid.cell
    let (x, y, size) = (Float(cell % columns), Float(cell / columns), Float(grid.cell))
    let numbers = outputs.numbers(grid.points.output)
    return (0..<5).map { point in
      Detection.Point(
        x: (numbers[10 * cell + 2 * point] + x) * size, y: (numbers[10 * cell + 2 * point + 1] + y) * size)
    }
  }
}
