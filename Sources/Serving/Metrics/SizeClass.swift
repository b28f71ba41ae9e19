/// A class of images by their pixels as displayed.
enum SizeClass: String, CaseIterable, Sendable {
  /// Up to 0.1 megapixels: thumbnails.
  case small
  /// Up to 2 megapixels: images on the web.
  case medium
  /// More: cameras' photographs.
  case large

  init(pixels: Int) {
    switch pixels {
    case ...100_000: self = .small
    case ...2_000_000: self = .medium
    default: self = .large
    }
  }
}
