import Foundation
import JPEGWriter
import TestSupport
import Testing

@testable import Vision

/// With however little memory: an image is decoded, or refused as one there is no memory for; and the process lives.
@Suite struct MemoryTests {
  private static let (width, height) = (3000, 2000)

  /// Large images, of which each library allocates in its own way.
  private static func images() throws -> [(name: String, data: Data)] {
    let (one, two) = (
      SamplingTests.Factors(horizontal: 1, vertical: 1), SamplingTests.Factors(horizontal: 2, vertical: 2)
    )
    let unusual = SamplingTests.Factors(horizontal: 4, vertical: 2)
    func jpeg(_ order: jpeg_writer_order, _ first: SamplingTests.Factors) throws -> Data {
      var file = JPEGFile(order: order, components: 3, first: first, other: one)
      (file.width, file.height) = (width, height)
      return try #require(file.data)
    }
    // One colour takes no bits, whatever the size is.
    let bits = width - 1 | (height - 1) << 14
    let webp = ImageSurgery.webp([
      .init(
        type: "VP8L",
        payload: Data([0x2F]) + ImageSurgery.little(bits, 4)
          + Data([0x07, 0x10, 0x11, 0xFD, 0x0F, 0x44, 0x44, 0xFF, 0x03]))
    ])
    return [
      ("baseline.jpg", try jpeg(jpeg_writer_baseline, two)),
      ("progressive.jpg", try jpeg(jpeg_writer_progressive, two)),
      ("unusual.jpg", try jpeg(jpeg_writer_separate, unusual)),
      ("rows.png", try png(interlaced: false)), ("interlaced.png", try png(interlaced: true)),
      ("lossless.webp", webp),
    ]
  }

  /// A grey image of one colour.
  private static func png(interlaced: Bool) throws -> Data {
    let size = [width >> 8, width & 255, height >> 8, height & 255].map { UInt8($0) }
    // Rows of the image, or of the seven that it is divided into, and a filter for each.
    let passes = [
      (0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2),
    ]
    let count = (interlaced ? passes : [(0, 1, 0, 1)]).reduce(0) { count, pass in
      count + (1 + (width - pass.0 + pass.1 - 1) / pass.1) * ((height - pass.2 + pass.3 - 1) / pass.3)
    }
    let raw = [UInt8](repeating: 0, count: count)
    return ImageSurgery.png([
      .init(
        type: "IHDR",
        payload: Data([0, 0, size[0], size[1], 0, 0, size[2], size[3], 8, 0, 0, 0, interlaced ? 1 : 0])),
      .init(type: "IDAT", payload: PNGFile.deflated(raw)), .init(type: "IEND", payload: Data()),
    ])
  }

  @Test func memoryThatIsNotThere() throws {
    let folder = try TemporaryFolder()
    let program = ChildProcess.builtProgram("decode-within")
    for (name, data) in try Self.images() {
      let path = try folder.write(data, to: name)
      var outcomes: Set<String> = []
      for mebibytes in [0, 1, 2, 3, 5, 8, 12, 18, 19, 20, 25, 30, 36, 37, 40, 60, 80, 300] {
        let child = try ChildProcess(program, ["\(mebibytes)", path])
        #expect(try child.wait() == 0, "\(name) within \(mebibytes) MiB: \(child.standardError)")
        outcomes.insert(child.standardOutput.split(separator: "\n").last.map(String.init) ?? "nothing")
      }
      #expect(outcomes == ["\(Self.width) × \(Self.height)", "\(ImageError.outOfMemory)"], "\(name)")
    }
  }

  /// A size that doesn't fit into a number is no memory either.
  @Test(arguments: [(Int.max, 2), (Int.max / 3, 1), (1 << 40, 1 << 40), (1 << 60, 1)])
  func sizesThatOverflow(width: Int, height: Int) {
    #expect(throws: ImageError.outOfMemory) { try PixelPool().buffer(width: width, height: height) }
  }
}
