import Basics
import Dataflow
import Foundation
import TestSupport

@testable import Vision

/// A pipeline of one of the tiny networks that set-up makes, by the stages' keys.
struct TaskPipeline {
  let pipeline: Pipeline
  private let folder: TemporaryFolder

  /// - Parameters:
  ///   - model: below `.deps/graphs`.
  ///   - end: the task's stage, with its keys.
  init(
    _ model: String, resize: String,
    normalise: String = "mean: [0, 0, 0], standard_deviation: [255, 255, 255]",
    _ end: String
  ) throws {
    let root = URL(filePath: #filePath).appending(path: "../../../../.deps/graphs").standardizedFileURL.path
    folder = try TemporaryFolder()
    let text = """
      name: tiny
      stages:
        decode: {scale: exact}
        resize: {\(resize)}
        normalise: {\(normalise)}
        infer: {model: '\(root)/\(model)', threads: 1}
        \(end)

      """
    pipeline = try Pipeline(folder.write(text.utf8, to: "tiny.yaml"))
  }

  func process<Output>(_ image: Data, as: Output.Type = Output.self) throws -> Output {
    try SequentialExecutor(pipeline.graph).process(EncodedImage(image)).output(as: Output.self)
  }
}

/// Pixels that tests turn, pad and enlarge: red, green, blue.
struct Picture {
  let width, height: Int
  private(set) var pixels: [UInt8]

  init(width: Int, height: Int, colour: (Int, Int) -> [UInt8]) {
    (self.width, self.height) = (width, height)
    pixels = []
    pixels.reserveCapacity(3 * width * height)
    for y in 0..<height { for x in 0..<width { pixels += colour(x, y) } }
  }

  /// A red, a green and a blue rectangle on grey, no two alike.
  static let shapes = Picture(width: 200, height: 150) { x, y in
    switch (x, y) {
    case (20..<80, 15..<60): [255, 0, 0]
    case (120..<180, 30..<105): [0, 255, 0]
    case (40..<100, 90..<135): [0, 0, 255]
    default: [128, 128, 128]
    }
  }

  func colour(_ x: Int, _ y: Int) -> [UInt8] {
    guard (0..<width).contains(x), (0..<height).contains(y) else { return [128, 128, 128] }
    return Array(pixels[3 * (y * width + x)..<3 * (y * width + x) + 3])
  }

  /// - Parameter orientation: by EXIF, 1…8.
  func png(orientation: UInt8 = 1) throws -> Data {
    let data = try pixels.withUnsafeBytes { try PNGEncoder.encode($0, .rgb8, width: width, height: height) }
    let exif: [UInt8] = [
      0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
    ]
    return ImageSurgery.png(data, adding: ImageSurgery.Chunk(type: "eXIf", payload: Data(exif)))
  }
}
