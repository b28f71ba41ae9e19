import Vision

/// What a client accepts in response to an image: JSON, or the picture with the result drawn on it.
enum ResponseForm: Equatable {
  case json
  case picture(DrawnPicture.Format)

  /// The form of the greatest weight in an `Accept` header; of equal ones, the first. JSON where nothing that can be
  /// sent is named.
  init(accept: String?) {
    self = .json
    var best = 0.0
    for range in accept?.split(separator: ",") ?? [] {
      let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
      let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
      guard let type = parts.first, weight > best, let form = Self.form(of: type) else { continue }
      (self, best) = (form, weight)
    }
  }

  private static func form(of type: String) -> ResponseForm? {
    switch type {
    case "application/json", "application/*", "*/*": .json
    case "image/*": .picture(.jpeg)
    default: DrawnPicture.Format.allCases.first { $0.mediaType == type }.map { .picture($0) }
    }
  }
}
