/// What users call an image of so many pixels, as it is displayed.
enum SizeClass: String, CaseIterable, Sendable {
  /// Up to 0.1 megapixels: thumbnails.
  case small
  /// Up to 2 megapixels: what the web shows.
  case medium
  /// More: what cameras take.
  case large

  init(pixels: Int) {
    switch pixels {
    case ...100_000: self = .small
    case ...2_000_000: self = .medium
    default: self = .large
    }
  }
}
