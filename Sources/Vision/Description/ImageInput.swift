import Basics

/// A network's input for images, as its graph declares it.
struct ImageInput: Sendable, Hashable {
  /// The input's rows.
  enum Batch: Sendable, Hashable {
    case fixed(Int)
    case dynamic
    /// The input has no dimension for them.
    case none
  }

  let name: String
  let layout: Normalisation.Layout
  let element: ElementType
  let batch: Batch
  /// `nil` where it is free.
  let channels: Int?
  let height, width: Int?

  /// The longest side of an input.
  static let maximumSide = 8192
  /// Inputs that some networks want beside the image, and what they are for.
  private static let companions: Set<String> = ["pixel_mask", "orig_target_sizes"]

  /// - Parameter layout: stated by the user.
  /// - Throws: `DescriptionError` if no input is one of images, or it isn't clear how.
  init(of export: ModelExport, layout stated: Normalisation.Layout?) throws(DescriptionError) {
    let path = export.graph
    let inputs = export.interface.inputs
    let images = inputs.filter { $0.hasRank && ($0.extents.count == 4 || Self.isUnbatched($0)) }.filter {
      ElementType(rawValue: $0.typeName).map(Normalisation.elements.contains) ?? false
    }
    guard let port = images.first, images.count == 1 else {
      let given = inputs.map { "'\($0.name)' \($0.text)" }.joined(separator: ", ")
      throw .noImage(
        path: path,
        reason: images.isEmpty
          ? "no input of it is one of images (\(given.isEmpty ? "it has none" : given))"
          : "it has several inputs of images (\(given))")
    }
    if let other = inputs.first(where: { $0.name != port.name && !Self.companions.contains($0.name) }) {
      throw .noImage(path: path, reason: "it wants '\(other.name)' \(other.text) beside an image")
    }
    let extents = port.extents.count == 4 ? Array(port.extents.dropFirst()) : port.extents
    let symbols = Array(port.symbols.suffix(3))
    guard let layout = stated ?? Self.layout(extents, symbols, port.name) else {
      throw .mustState(
        path: path, keys: ["layout"],
        reason: "whether '\(port.name)' \(port.text) has its channels first (nchw) or last (nhwc) isn't known"
      )
    }
    name = port.name
    self.layout = layout
    element = ElementType(rawValue: port.typeName) ?? .float32
    batch = port.extents.count == 3 ? .none : port.extents[0].map { .fixed($0) } ?? .dynamic
    channels = extents[layout == .nchw ? 0 : 2]
    (height, width) = layout == .nchw ? (extents[1], extents[2]) : (extents[0], extents[1])
    guard [1, 3].contains(channels ?? 3) else {
      throw .noImage(
        path: path, reason: "'\(name)' \(port.text) has \(channels ?? 0) channels; images have 1 or 3")
    }
    let bytes = element.byteCount([channels ?? 3, height ?? 1, width ?? 1])
    guard max(height ?? 1, width ?? 1) <= Self.maximumSide, bytes ?? .max <= TensorLimits().maximumBytes
    else {
      throw .refused(
        file: path, key: name,
        reason:
          "\(port.text) is too large an input; a side has at most \(Self.maximumSide) pixels, and all \(TensorLimits().maximumBytes) bytes"
      )
    }
  }

  var isGrey: Bool { channels == 1 }

  /// The size that the graph fixes.
  var size: Facts.Size? {
    guard let height, let width else { return nil }
    return Facts.Size(height: height, width: width)
  }

  private static func isUnbatched(_ port: ONNXInterface.Port) -> Bool {
    port.extents.count == 3 && (port.extents[0] == 3 || port.extents[2] == 3)
  }

  /// `nil` where both are possible.
  private static func layout(
    _ extents: [Int?], _ symbols: [String?], _ name: String
  ) -> Normalisation.Layout? {
    func isChannels(_ index: Int) -> Bool { extents[index] == 1 || extents[index] == 3 }
    switch (isChannels(0), isChannels(2)) {
    case (true, false): return .nchw
    case (false, true): return .nhwc
    case (true, true) where extents[0] != extents[2]: return extents[0] == 3 ? .nchw : .nhwc
    default: break
    }
    func isNamed(_ index: Int) -> Bool { symbols[index]?.lowercased().contains("channel") ?? false }
    if isNamed(0) != isNamed(2) { return isNamed(0) ? .nchw : .nhwc }
    // 4 channels and the like.
    if let first = extents[0], extents[2] == nil || first < 8 { return .nchw }
    return name == "pixel_values" ? .nchw : nil
  }
}

extension ONNXInterface.Port {
  /// The type and the extents, such as `float32 [?, 3, 64, 64]`.
  var text: String {
    hasRank
      ? "\(typeName) [\(extents.map { $0.map(String.init) ?? "?" }.joined(separator: ", "))]" : "\(typeName)"
  }
}
