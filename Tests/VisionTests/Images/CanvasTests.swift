import Foundation
import Testing

@testable import Vision

@Suite struct CanvasTests {
  private func canvas(width: Int, height: Int, grey: UInt8 = 128) throws -> Canvas {
    let pixels = try PixelPool().buffer(width: width, height: height)
    pixels.mutablePixels.update(repeating: grey, count: 3 * width * height)
    return Canvas(pixels)
  }

  private func pixel(_ canvas: Canvas, _ x: Int, _ y: Int) -> [UInt8] {
    canvas.pixels.withPixels { Array($0[3 * (y * canvas.width + x)..<3 * (y * canvas.width + x) + 3]) }
  }

  /// Whatever a network gives, nothing is drawn outside the picture.
  @Test(arguments: [(1, 1), (3, 200), (200, 3), (640, 480)])
  func staysInThePicture(width: Int, height: Int) throws {
    let canvas = try canvas(width: width, height: height)
    let numbers: [Float] = [0, -1e9, 1e30, .nan, .infinity, -.infinity, 5]
    for first in numbers {
      for second in numbers {
        canvas.outline(Box(x1: first, y1: second, x2: second, y2: first), .white)
        canvas.dot(x: first, y: second, .white)
      }
    }
    canvas.label(String(repeating: "long ", count: 100), x: -50, y: 10_000, .white)
    canvas.legend((0..<200).map { ("line \($0)", .white) })
    canvas.fill(RunLengthMask(width: width, height: height, counts: [0, 1 << 40, -5, 7]), .white)
    canvas.fill(RunLengthMask(width: 1 << 20, height: 2, counts: [0, 5]), .white)
  }

  @Test(arguments: [UInt8(0), 128, 255]) func isLegibleOnEveryGround(grey: UInt8) throws {
    let canvas = try canvas(width: 640, height: 480, grey: grey)
    canvas.outline(Box(x1: 100, y1: 100, x2: 300, y2: 200), Colour(ofClass: 3))
    let column = (95..<115).map { pixel(canvas, 200, $0).map { Int($0) }.reduce(0, +) }
    #expect((column.max() ?? 0) - (column.min() ?? 0) > 250, "light and dark beside each other")
    canvas.label("label", x: 300, y: 300, .white)
    let plate = (300..<330).flatMap { y in (300..<400).map { pixel(canvas, $0, y)[0] } }
    #expect(plate.contains(255) && (plate.min() ?? 255) < 100)
  }

  @Test func growsWithThePicture() throws {
    let (small, large) = (try canvas(width: 320, height: 240), try canvas(width: 3880, height: 2880))
    #expect(large.unit >= 6 * small.unit && large.lineHeight >= 8 * small.lineHeight)
    #expect(large.width(of: "espresso") > large.width / 12)
  }

  @Test func coloursOfNeighboursDiffer() {
    for index in 0..<100 {
      let (one, other) = (Colour(ofClass: index), Colour(ofClass: index + 1))
      let difference =
        abs(Int(one.red) - Int(other.red)) + abs(Int(one.green) - Int(other.green))
        + abs(Int(one.blue) - Int(other.blue))
      #expect(difference > 100)
    }
    _ = Colour(ofClass: -7)
  }

  @Test func accentsAreDropped() {
    #expect(Glyphs.columns(of: "é").elementsEqual(Glyphs.columns(of: "e")))
    #expect(Glyphs.columns(of: "狗").elementsEqual(Glyphs.columns(of: "?")))
  }
}
