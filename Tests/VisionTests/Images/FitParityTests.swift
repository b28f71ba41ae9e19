import Foundation
import Kernels
import TestSupport
import Testing

@testable import Vision

/// Photographs fitted into a network's input as exporters do it, beside what their own code made of them.
@Suite struct FitParityTests {
  private struct Manifest: Decodable {
    let preprocessing: [Entry]
  }

  struct Entry: Decodable, Sendable, CustomTestStringConvertible {
    struct Rule: Decodable, Sendable {
      let fit: String
      let filter: String
      let antialias: Bool
      let size: [Int]?
      let shortSide: Int?
      let pad: [UInt8]?
    }

    struct Pixels: Decodable, Sendable {
      let file: String
      let shape: [Int]
    }

    let image: String
    let ruleName: String
    let rule: Rule
    let pixels: Pixels
    let content: [Int]?

    var testDescription: String { "\(image) \(ruleName)" }
  }

  private static let entries: [Entry] = {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let data = try? Data(contentsOf: URL(filePath: Repository.path(".deps/tasks/manifest.json")))
    let manifest = data.flatMap { try? decoder.decode(Manifest.self, from: $0) }
    return manifest?.preprocessing.filter { ["crop", "stretch", "letterbox"].contains($0.rule.fit) } ?? []
  }()

  private func geometry(_ rule: Entry.Rule) throws -> CropGeometry {
    let size = try #require(rule.size)
    switch rule.fit {
    case "crop": return CropGeometry(shortSide: try #require(rule.shortSide), crop: size[0])
    case "stretch": return CropGeometry(height: size[0], width: size[1])
    default:
      return CropGeometry(
        height: size[0], width: size[1],
        .letterbox(colour: try #require(rule.pad), isCentred: true))
    }
  }

  @Test func thereAreReferences() { #expect(Self.entries.count > 60) }

  /// At most a level of 255 apart in 99.9 % of the values.
  @Test(arguments: entries) func isWhatTheExporterMakes(entry: Entry) throws {
    let reference = try Data(
      contentsOf: URL(filePath: Repository.path(".deps/tasks/\(entry.pixels.file)")))
    let filter: ResizeFilter =
      entry.rule.filter == "bicubic" ? .bicubic : entry.rule.antialias ? .bilinear : .linear
    let geometry = try geometry(entry.rule)
    let drawn = try? Data(contentsOf: URL(filePath: Repository.path(".deps/tasks/\(entry.image)")))
    let data = try drawn ?? Repository.image(entry.image)
    let image = try EncodedImage(data)
    let pixels = try image.data.withUnsafeBytes {
      try ImageDecoder().decode($0, header: image.header, for: geometry, filter: filter, scale: .exact)
    }
    let result = try ImageResizer(geometry: geometry, filter: filter).resize(pixels)
    #expect([result.height, result.width, 3] == entry.pixels.shape)
    let near = result.withPixels { pixels in
      zip(pixels, reference).count { abs(Int($0) - Int($1)) <= 1 }
    }
    #expect(
      Double(near) >= 0.999 * Double(reference.count), "\(reference.count - near) of \(reference.count)")
    let frame = try #require(result.frame)
    if let content = entry.content {
      #expect(
        [frame.content.x, frame.content.y, frame.content.width, frame.content.height] == content)
    }
  }

  /// A reduced JPEG has other pixels where the nearest alone count.
  @Test func autoDecodesWhollyForTheNearest() throws {
    let image = try EncodedImage(Repository.image("large.jpg"))
    let geometry = CropGeometry(height: 320, width: 320)
    for (filter, isReduced) in [(ResizeFilter.linear, false), (.bilinear, true)] {
      let pixels = try image.data.withUnsafeBytes {
        try ImageDecoder().decode($0, header: image.header, for: geometry, filter: filter, scale: .auto)
      }
      #expect((pixels.region.denominator > 1) == isReduced)
    }
  }

  /// To the input and back.
  @Test(arguments: [
    CropGeometry(shortSide: 256, crop: 224), CropGeometry(height: 100, width: 300),
    CropGeometry(height: 320, width: 320, .letterbox(colour: [0, 0, 0], isCentred: true)),
    CropGeometry(height: 64, width: 320, .letterbox(colour: [0, 0, 0], isCentred: false)),
  ])
  func framesGoBothWays(geometry: CropGeometry) {
    for (width, height) in [(1, 1), (640, 427), (427, 640), (3, 5000), (224, 224)] {
      let frame = geometry.frame(width: width, height: height)
      for (x, y) in [(0.0, 0.0), (1.5, 0.25), (Double(width), Double(height))] {
        let there = frame.input(x: x, y: y)
        let back = frame.photograph(x: there.x, y: there.y)
        #expect(abs(back.x - x) < 1e-6 && abs(back.y - y) < 1e-6)
      }
      guard geometry.fit != .crop else { continue }
      // The photograph's corners are those of the content.
      let (first, last) = (frame.input(x: 0, y: 0), frame.input(x: Double(width), y: Double(height)))
      #expect(abs(first.x - Double(frame.content.x)) < 1e-6)
      #expect(abs(last.y - Double(frame.content.y + frame.content.height)) < 1e-6)
    }
  }
}
