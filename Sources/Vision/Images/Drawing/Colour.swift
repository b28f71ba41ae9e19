/// Red, green and blue, 0…255.
public struct Colour: Sendable, Hashable {
  public let red, green, blue: UInt8

  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  static let black = Colour(0, 0, 0)
  static let white = Colour(255, 255, 255)

  /// Colours for classes, neighbours far apart: hues by the golden ratio, of the same lightness.
  public init(ofClass index: Int) {
    let hue = (Double(index) * 0.618_033_988_75 + 0.08).truncatingRemainder(dividingBy: 1) * 6
    func channel(_ shift: Double) -> UInt8 {
      let place = (hue + shift).truncatingRemainder(dividingBy: 6)
      let ramp = min(max(abs(place - 3) - 1, 0), 1)
      return UInt8(70 + 175 * ramp)
    }
    self.init(channel(0), channel(4), channel(2))
  }

  /// From far to near, dark violet to yellow, of equal steps of lightness.
  public init(ofDepth part: Double) {
    let stops: [(Double, Double, Double)] = [
      (20, 12, 60), (87, 20, 110), (160, 42, 100), (222, 80, 60), (250, 160, 30), (250, 250, 160),
    ]
    let place = min(max(part, 0), 1) * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    let rest = place - Double(index)
    func mix(_ first: Double, _ second: Double) -> UInt8 { UInt8(first + (second - first) * rest) }
    let (first, second) = (stops[index], stops[index + 1])
    self.init(mix(first.0, second.0), mix(first.1, second.1), mix(first.2, second.2))
  }
}
