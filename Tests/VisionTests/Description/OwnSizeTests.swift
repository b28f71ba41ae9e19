import Basics
import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Vision

/// Networks that take images of any size, in their own proportions.
@Suite struct OwnSizeTests {
  /// As Hugging Face's processors give them.
  @Test func sizes() {
    let detr = CropGeometry(shortSide: 800, longest: 1333)
    let expected: [(width: Int, height: Int, result: [Int])] = [
      (640, 480, [1066, 800]), (480, 640, [800, 1066]), (800, 800, [800, 800]), (2000, 500, [1333, 333]),
      (1066, 800, [1066, 800]),
    ]
    for (width, height, result) in expected {
      let size = detr.size(width: width, height: height)
      #expect([size.width, size.height] == result, "\(width) × \(height)")
    }
    let depth = CropGeometry(height: 518, width: 518, .multiple(of: 14))
    for (width, height, result) in [
      (640, 480, [686, 518]), (480, 640, [518, 686]), (518, 518, [518, 518]),
    ] {
      let size = depth.size(width: width, height: height)
      #expect([size.width, size.height] == result, "\(width) × \(height)")
    }
    // No side vanishes.
    #expect(depth.size(width: 60_000, height: 1).height == 14)
  }

  @Test func framesCoverTheImage() {
    for geometry in [
      CropGeometry(shortSide: 96, longest: 160), CropGeometry(height: 70, width: 70, .multiple(of: 14)),
    ] {
      let frame = geometry.frame(width: 500, height: 375)
      let corner = frame.photograph(x: Double(frame.width), y: Double(frame.height))
      #expect(abs(corner.x - 500) < 1e-9 && abs(corner.y - 375) < 1e-9)
      #expect(frame.content.width == frame.width && frame.content.height == frame.height)
    }
  }

  private func pipeline(_ resize: String, _ folder: TemporaryFolder) throws -> Pipeline {
    let model = try Repository.path(".deps/graphs/habits/dynamic-size.onnx")
    return try Pipeline(
      folder.write(
        """
        stages:
          decode: {}
          resize: \(resize)
          normalise: {mean: [123.675, 116.28, 103.53], standard_deviation: [58.395, 57.12, 57.375]}
          infer: {model: \(model), threads: 1}
          label: {}
        """.utf8, to: "own.yaml"))
  }

  /// The network sees the mean colour, which no proportion changes.
  @Test(arguments: [
    "{fit: short-side, short_side: 48, longest: 80}", "{fit: multiple, size: [64, 64], multiple: 16}",
    "{fit: short-side, short_side: 48}",
  ])
  func runs(resize: String) throws {
    let folder = try TemporaryFolder()
    let executor = try SequentialExecutor(try pipeline(resize, folder).graph)
    for (width, height) in [(90, 60), (60, 90), (64, 64), (300, 20)] {
      let image = try EncodedImage(PNGFile.solid(width: width, height: height, red: 255, green: 0, blue: 0))
      let answer: Classification = try executor.process(image).output()
      #expect(answer.labels.first?.index == 3, "\(width) × \(height)")
    }
  }

  /// Proportions that give too large an input are an image's error.
  @Test func tooLong() throws {
    let folder = try TemporaryFolder()
    let executor = try SequentialExecutor(try pipeline("{fit: short-side, short_side: 4000}", folder).graph)
    let image = try EncodedImage(PNGFile.solid(width: 3000, height: 2, red: 1, green: 2, blue: 3))
    let result = try executor.process(image)
    #expect(result.error is ImageError)
  }

  @Test(arguments: [
    "{fit: short-side}", "{fit: short-side, size: [4, 4]}", "{short_side: 4, longest: 8}",
    "{size: [4, 4], multiple: 2}", "{fit: multiple, multiple: 2}",
    "{fit: short-side, short_side: 4, crop: 2}",
    "{fit: multiple, size: [4, 4], multiple: 0}",
  ])
  func wrongKeys(resize: String) throws {
    let folder = try TemporaryFolder()
    #expect(throws: ConfigurationError.self) { try pipeline(resize, folder) }
  }
}
