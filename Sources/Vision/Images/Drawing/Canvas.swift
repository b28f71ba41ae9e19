import Basics

/// An upright photograph to draw on. Lines and letters are as thick as the picture asks for.
///
/// Coordinates are those of pixels' edges; everything outside the picture is cut off.
public struct Canvas {
  /// The picture.
  public let pixels: PixelBuffer
  /// How thick a line is, pixels.
  public let unit: Int

  public var width: Int { pixels.width }
  public var height: Int { pixels.height }

  /// - Parameter pixels: a whole photograph in the host's memory that nothing else uses.
  public init(_ pixels: PixelBuffer) {
    self.pixels = pixels
    unit = max(1, min(pixels.width, pixels.height) / 160)
  }

  /// Paints a rectangle of whole pixels.
  ///
  /// - Parameter opacity: how much of what was there is covered, 0…1.
  public func fill(x: Range<Int>, y: Range<Int>, _ colour: Colour, opacity: Double = 1) {
    let columns = x.clamped(to: 0..<width)
    for row in y.clamped(to: 0..<height) {
      for column in columns { blend(colour, opacity, column, row) }
    }
  }

  /// Mixes a colour into a pixel within the picture.
  func blend(_ colour: Colour, _ opacity: Double, _ column: Int, _ row: Int) {
    let pixel = pixels.mutablePixels + row * pixels.rowBytes + 3 * column
    let weight = Int(256 * opacity)
    func mix(_ old: UInt8, _ new: UInt8) -> UInt8 {
      UInt8((Int(old) * (256 - weight) + Int(new) * weight) >> 8)
    }
    pixel[0] = mix(pixel[0], colour.red)
    pixel[1] = mix(pixel[1], colour.green)
    pixel[2] = mix(pixel[2], colour.blue)
  }

  /// A coordinate as a whole number, within what a picture can have.
  private static func place(_ coordinate: Float) -> Int {
    Int(saturating: min(max(Double(coordinate), -1e6), 1e6))
  }

  /// The outline of a box, with a dark edge on both sides.
  public func outline(_ box: Box, _ colour: Colour) {
    let edge = max(1, unit / 2)
    frame(box, inset: -edge, thickness: unit + 2 * edge, .black)
    frame(box, inset: 0, thickness: unit, colour)
  }

  private func frame(_ box: Box, inset: Int, thickness: Int, _ colour: Colour) {
    let (left, top) = (Self.place(box.x1) + inset, Self.place(box.y1) + inset)
    let right = max(Self.place(box.x2) - inset, left + thickness)
    let bottom = max(Self.place(box.y2) - inset, top + thickness)
    fill(x: left..<right, y: top..<top + thickness, colour)
    fill(x: left..<right, y: bottom - thickness..<bottom, colour)
    fill(x: left..<left + thickness, y: top..<bottom, colour)
    fill(x: right - thickness..<right, y: top..<bottom, colour)
  }

  /// A dot with a dark edge.
  public func dot(x: Float, y: Float, _ colour: Colour) {
    let radius = 2 * unit
    let (centreX, centreY) = (Self.place(x), Self.place(y))
    for row in (centreY - radius - 1...centreY + radius + 1) where (0..<height).contains(row) {
      for column in (centreX - radius - 1...centreX + radius + 1) where (0..<width).contains(column) {
        let (dx, dy) = (column - centreX, row - centreY)
        let distance = dx * dx + dy * dy
        if distance <= radius * radius {
          blend(colour, 1, column, row)
        } else if distance <= (radius + 1) * (radius + 1) {
          blend(.black, 1, column, row)
        }
      }
    }
  }

  // MARK: Text

  /// Pixels of a letter's dot.
  private var dotSize: Int { max(1, (min(width, height) + 60) / 220) }
  /// How high a line of text is, with its margins.
  public var lineHeight: Int { (Glyphs.height + 4) * dotSize }

  /// How wide a line of text is, with its margins.
  public func width(of text: String) -> Int { (text.count * (Glyphs.width + 1) + 3) * dotSize }

  /// A line of text on a dark plate, moved into the picture where it would leave it.
  ///
  /// - Parameters:
  ///   - x, y: the plate's upper left corner.
  ///   - colour: of the plate's left edge, which says what the text belongs to.
  public func label(_ text: String, x: Int, y: Int, _ colour: Colour) {
    let most = max(1, (width / dotSize - 3) / (Glyphs.width + 1))
    let text = text.count > most ? String(text.prefix(max(most - 1, 1))) + "." : text
    let left = max(0, min(x, width - width(of: text)))
    let top = max(0, min(y, height - lineHeight))
    fill(x: left..<left + width(of: text), y: top..<top + lineHeight, .black, opacity: 0.72)
    fill(x: left..<left + dotSize, y: top..<top + lineHeight, colour)
    for (position, character) in text.enumerated() {
      let start = left + (position * (Glyphs.width + 1) + 2) * dotSize
      for (column, bits) in Glyphs.columns(of: character).enumerated() {
        for row in 0..<Glyphs.height where bits >> UInt8(row) & 1 == 1 {
          let (x, y) = (start + column * dotSize, top + (row + 2) * dotSize)
          fill(x: x..<x + dotSize, y: y..<y + dotSize, .white)
        }
      }
    }
  }

  /// Lines of text below each other in the upper left corner, as many as fit.
  public func legend(_ lines: [(text: String, colour: Colour)]) {
    let margin = 2 * unit
    let room = max(1, (height - margin) / (lineHeight + unit))
    for (position, line) in lines.prefix(room).enumerated() {
      label(line.text, x: margin, y: margin + position * (lineHeight + unit), line.colour)
    }
  }
}
