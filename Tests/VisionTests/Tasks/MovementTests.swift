import Basics
import Dataflow
import Foundation
import Testing

@testable import Vision

/// Flip, turn, pad or enlarge the photograph, and boxes, points, masks and maps move with it, within a pixel of the network's
/// input, scaled up.
@Suite struct MovementTests {
  /// What happens to a photograph: its file, its sides, and where its points go.
  struct Movement: Sendable, CustomTestStringConvertible {
    let name: String
    let image: @Sendable (Picture) throws -> Data
    let sides: @Sendable (Double, Double) -> (width: Double, height: Double)
    /// From a point of a photograph of these sides.
    let move:
      @Sendable (_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> (x: Double, y: Double)
    var testDescription: String { name }
  }

  static let all: [Movement] = [
    Movement(
      name: "flip",
      image: { picture in
        try Picture(width: picture.width, height: picture.height) {
          picture.colour(picture.width - 1 - $0, $1)
        }.png()
      }, sides: { ($0, $1) }, move: { x, y, width, _ in (width - x, y) }),
    Movement(
      name: "pad",
      image: { picture in
        try Picture(width: picture.width + 50, height: picture.height + 60) {
          picture.colour($0 - 40, $1 - 20)
        }
        .png()
      }, sides: { ($0 + 50, $1 + 60) }, move: { x, y, _, _ in (x + 40, y + 20) }),
    Movement(
      name: "scale",
      image: { picture in
        try Picture(width: 2 * picture.width, height: 2 * picture.height) { picture.colour($0 / 2, $1 / 2) }
          .png()
      }, sides: { (2 * $0, 2 * $1) }, move: { x, y, _, _ in (2 * x, 2 * y) }),
    exif(2) { x, y, width, _ in (width - x, y) }, exif(3) { x, y, width, height in (width - x, height - y) },
    exif(4) { x, y, _, height in (x, height - y) }, exif(5) { x, y, _, _ in (y, x) },
    exif(6) { x, y, _, height in (height - y, x) },
    exif(7) { x, y, width, height in (height - y, width - x) }, exif(8) { x, y, width, _ in (y, width - x) },
  ]

  private static func exif(
    _ orientation: UInt8,
    _ move: @escaping @Sendable (Double, Double, Double, Double) -> (x: Double, y: Double)
  ) -> Movement {
    Movement(
      name: "exif \(orientation)", image: { try $0.png(orientation: orientation) },
      sides: { orientation < 5 ? ($0, $1) : ($1, $0) }, move: move)
  }

  private static let letterbox = "fit: letterbox, antialias: false"
  private static let stretch = "fit: stretch"

  /// How large a pixel of the input is in the photograph.
  private func pixel(_ resize: String, _ side: Int, _ width: Double, _ height: Double) -> Double {
    // Of both fits, the longer side's is the larger.
    max(width, height) / Double(side)
  }

  @Test(
    arguments: [
      ("ultralytics/yolov8n.onnx", 128, letterbox, "yolov8"),
      ("ultralytics/yolov8n-seg.onnx", 128, letterbox, "yolov8-segment"),
      ("ultralytics/yolo26n-seg.onnx", 128, letterbox, "yolo-end2end-segment"),
      ("ultralytics/yolov8n-pose.onnx", 128, letterbox, "yolov8-pose"),
      ("ultralytics/rtdetr-l.onnx", 128, stretch, "ultralytics-rtdetr"),
      ("yunet/face_detection_yunet_dynamic.onnx", 128, letterbox, "yunet"),
    ], all)
  func boxesMove(_ network: (String, Int, String, String), _ movement: Movement) throws {
    let (model, side, fit, head) = network
    let isYuNet = head == "yunet"
    let tiny = try TaskPipeline(
      model, resize: "size: [\(side), \(side)], \(fit)",
      normalise: isYuNet
        ? "channels: bgr, mean: [0, 0, 0], standard_deviation: [1, 1, 1], range: 255"
        : "mean: [0, 0, 0], standard_deviation: [255, 255, 255]",
      "detect: {head: \(head), score: 0.3}")
    let picture = Picture.shapes
    let before = try tiny.process(picture.png(), as: Detections.self)
    let after = try tiny.process(movement.image(picture), as: Detections.self)
    let (width, height) = (Double(picture.width), Double(picture.height))
    let sides = movement.sides(width, height)
    #expect(after.width == Int(sides.width) && after.height == Int(sides.height))
    try #require(!before.objects.isEmpty && before.objects.count == after.objects.count)
    let near = max(
      pixel(fit, side, width, height) * sides.width / width, pixel(fit, side, sides.width, sides.height))
    func moved(_ x: Float, _ y: Float) -> (x: Double, y: Double) {
      movement.move(Double(x), Double(y), width, height)
    }
    for object in before.objects {
      let (first, second) = (moved(object.box.x1, object.box.y1), moved(object.box.x2, object.box.y2))
      let wanted = [
        min(first.x, second.x), min(first.y, second.y), max(first.x, second.x), max(first.y, second.y),
      ]
      let found = after.objects.first { other in
        let edges = [other.box.x1, other.box.y1, other.box.x2, other.box.y2]
        return other.index == object.index && zip(edges, wanted).allSatisfy { abs(Double($0) - $1) <= near }
      }
      guard let found else {
        Issue.record("no \(object.label) at \(wanted): \(after.objects.map { ($0.index, $0.box) })")
        continue
      }
      // The tiny networks put points along an object's diagonal, whichever way it is turned.
      guard ["pad", "scale"].contains(movement.name) else { continue }
      #expect(object.keypoints?.count == found.keypoints?.count)
      for (point, other) in zip(object.keypoints ?? [], found.keypoints ?? []) {
        let wanted = moved(point.x, point.y)
        #expect(abs(Double(other.x) - wanted.x) <= near && abs(Double(other.y) - wanted.y) <= near)
      }
    }
    for object in before.objects {
      guard let mask = object.mask, let other = after.objects.first(where: { $0.index == object.index })?.mask
      else { continue }
      expectMoved(mask.bitmap, other.bitmap, movement, (Int(width), Int(height)), sides, near)
    }
  }

  /// Points of a photograph that EXIF turns are those of the same photograph stored upright.
  @Test(
    arguments: [
      ("ultralytics/yolov8n-pose.onnx", "yolov8-pose", ""),
      ("ultralytics/yolo26n-pose.onnx", "yolo-end2end-pose", ""),
      ("yunet/face_detection_yunet_dynamic.onnx", "yunet", "channels: bgr, "),
    ], all.filter { $0.name.hasPrefix("exif") })
  func pointsTurn(_ network: (String, String, String), _ movement: Movement) throws {
    let deviation = network.1 == "yunet" ? 1 : 255
    let tiny = try TaskPipeline(
      network.0, resize: "size: [128, 128], \(Self.letterbox)",
      normalise:
        "\(network.2)range: 255, mean: [0, 0, 0], standard_deviation: [\(deviation), \(deviation), \(deviation)]",
      "detect: {head: \(network.1), score: 0.3}")
    let picture = Picture.shapes
    let sides = movement.sides(Double(picture.width), Double(picture.height))
    // Each pixel of the upright picture, by the movement of the pixels' centres.
    var origins: [Int: (Int, Int)] = [:]
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let place = movement.move(
          Double(x) + 0.5, Double(y) + 0.5, Double(picture.width), Double(picture.height))
        origins[Int(place.y) * Int(sides.width) + Int(place.x)] = (x, y)
      }
    }
    let upright = Picture(width: Int(sides.width), height: Int(sides.height)) { x, y in
      origins[y * Int(sides.width) + x].map { picture.colour($0.0, $0.1) } ?? [255, 255, 255]
    }
    let turned = try tiny.process(movement.image(picture), as: Detections.self).objects
    let expected = try tiny.process(upright.png(), as: Detections.self).objects
    try #require(!expected.isEmpty && turned.count == expected.count)
    for (found, expected) in zip(turned, expected) {
      #expect(expected.keypoints?.isEmpty == false && found.keypoints?.count == expected.keypoints?.count)
      for (point, wanted) in zip(found.keypoints ?? [], expected.keypoints ?? []) {
        #expect(abs(point.x - wanted.x) <= 0.5 && abs(point.y - wanted.y) <= 0.5)
      }
    }
  }

  @Test(
    arguments: [
      ("torchvision/deeplabv3_resnet50.onnx", 96, stretch), ("u2net/u2net.onnx", 64, stretch),
      ("ultralytics/yolo26n-semantic.onnx", 96, letterbox),
    ], all)
  func mapsMove(_ network: (String, Int, String), _ movement: Movement) throws {
    let (model, side, fit) = network
    let isYOLO = model.contains("yolo")
    let tiny = try TaskPipeline(
      model, resize: "size: [\(side), \(isYOLO ? 160 : side)], \(fit)",
      normalise: isYOLO
        ? "mean: [0, 0, 0], standard_deviation: [255, 255, 255]"
        : "mean: [123.675, 116.28, 103.53], standard_deviation: [58.395, 57.12, 57.375]",
      "segment: {}")
    let picture = Picture.shapes
    let before = try tiny.process(picture.png(), as: Segmentation.self)
    let after = try tiny.process(movement.image(picture), as: Segmentation.self)
    let (width, height) = (Double(picture.width), Double(picture.height))
    let sides = movement.sides(width, height)
    #expect(before.classes.count > 1)
    let near = max(
      pixel(fit, side, width, height) * sides.width / width, pixel(fit, side, sides.width, sides.height))
    expectMoved(before.map, after.map, movement, (Int(width), Int(height)), sides, near)
  }

  @Test(arguments: all)
  func depthMoves(_ movement: Movement) throws {
    let tiny = try TaskPipeline(
      "ultralytics/yolo26n-depth.onnx", resize: "size: [96, 96]", "depth: {kind: metric}")
    let picture = Picture.shapes
    let before = try tiny.process(picture.png(), as: Depth.self)
    let after = try tiny.process(movement.image(picture), as: Depth.self)
    let (width, height) = (Double(picture.width), Double(picture.height))
    let sides = movement.sides(width, height)
    #expect(before.maximum > before.minimum)
    // Levels of a map of bytes.
    func levels(_ depth: Depth) -> [UInt8] {
      depth.map.map { UInt8(($0 - before.minimum) / (before.maximum - before.minimum) * 9.99) }
    }
    guard after.minimum >= before.minimum - 0.01, after.maximum <= before.maximum + 0.01 else {
      Issue.record("\(after.minimum)…\(after.maximum) for \(before.minimum)…\(before.maximum)")
      return
    }
    let near = max(
      pixel("", 96, width, height) * sides.width / width, pixel("", 96, sides.width, sides.height))
    expectMoved(levels(before), levels(after), movement, (Int(width), Int(height)), sides, near, slack: 1)
  }

  /// Each pixel of one map has what the other has within `near` of where it went.
  private func expectMoved(
    _ before: [UInt8], _ after: [UInt8], _ movement: Movement, _ sides: (width: Int, height: Int),
    _ afterSides: (width: Double, height: Double), _ near: Double, slack: Int = 0
  ) {
    let (afterWidth, afterHeight) = (Int(afterSides.width), Int(afterSides.height))
    let reach = Int(near.rounded(.up)) + 1
    var wrong = 0
    for y in 0..<sides.height {
      for x in 0..<sides.width {
        let wanted = Int(before[y * sides.width + x])
        let place = movement.move(Double(x) + 0.5, Double(y) + 0.5, Double(sides.width), Double(sides.height))
        let (column, row) = (min(Int(place.x), afterWidth - 1), min(Int(place.y), afterHeight - 1))
        if abs(Int(after[row * afterWidth + column]) - wanted) <= slack { continue }
        var isNear = false
        for other in max(row - reach, 0)...min(row + reach, afterHeight - 1) where !isNear {
          for another in max(column - reach, 0)...min(column + reach, afterWidth - 1) {
            isNear = isNear || abs(Int(after[other * afterWidth + another]) - wanted) <= slack
          }
        }
        wrong += isNear ? 0 : 1
      }
    }
    #expect(wrong == 0, "\(wrong) pixels went elsewhere")
  }
}

extension RunLengthMask {
  /// 1 where a pixel belongs to it, row after row.
  var bitmap: [UInt8] {
    var bitmap = [UInt8](repeating: 0, count: width * height)
    var place = 0
    for (index, count) in counts.enumerated() {
      if !index.isMultiple(of: 2) {
        for pixel in place..<place + count { bitmap[pixel % height * width + pixel / height] = 1 }
      }
      place += count
    }
    return bitmap
  }
}
