import Kernels

/// How an image of any size is brought to a network's input size.
///
/// - `crop`: resize to a short side, then crop the centre, as torchvision's `Resize` and `CenterCrop`.
/// - `stretch`: resize to a height and a width, whatever becomes of the proportions.
/// - `letterbox`: resize until it fits into a height and a width, and pad what is left, as Ultralytics' `LetterBox`.
/// - `shortSide`, `multiple`: resize in proportion, to a size of each image's own, as Hugging Face's DETR and DPT.
public struct CropGeometry: Sendable, Hashable {
  /// What becomes of the proportions.
  public enum Fit: Sendable, Hashable {
    case crop, stretch
    /// - Parameters:
    ///   - colour: of the padding: red, green and blue.
    ///   - isCentred: whether padding is on both sides; if not, it is on the right and at the bottom.
    case letterbox(colour: [UInt8], isCentred: Bool)
    /// The shorter side becomes `shortSide`, unless the longer would exceed `longest`.
    case shortSide(longest: Int?)
    /// Scaled by the one of the two factors to height and width that is nearer to 1; then each side is rounded to a multiple.
    case multiple(of: Int)
  }

  public let fit: Fit
  /// Of the resized image, pixels; of one that isn't cropped, the longer side: no axis of it has more.
  public let shortSide: Int
  /// Size of the result, pixels; of a size of each image's own, the one that it aims at.
  public let height, width: Int
  /// Pixels of a result whose size is each image's own: some 50 MB as a tensor.
  static let maximumPixels = 1 << 22

  /// - Precondition: `1 ≤ crop ≤ shortSide ≤ 16384`.
  public init(shortSide: Int, crop: Int) {
    precondition(crop >= 1 && crop <= shortSide && shortSide <= 16384, "1 ≤ crop ≤ shortSide ≤ 16384")
    self.shortSide = shortSide
    (height, width, fit) = (crop, crop, .crop)
  }

  /// - Precondition: both from 1 to 16384; of a letterbox, a colour of three channels.
  public init(height: Int, width: Int, _ fit: Fit = .stretch) {
    precondition((1...16384).contains(height) && (1...16384).contains(width), "sides are from 1 to 16384")
    if case .letterbox(let colour, _) = fit { precondition(colour.count == 3, "a colour has three channels") }
    // Rounding to a multiple may add half of it.
    if case .multiple(let unit) = fit {
      precondition((1...1024).contains(unit), "a multiple is from 1 to 1024")
      shortSide = max(height, width) + unit
    } else {
      shortSide = max(height, width)
    }
    (self.height, self.width, self.fit) = (height, width, fit)
  }

  /// - Precondition: both from 1 to 16384.
  public init(shortSide: Int, longest: Int?) {
    precondition(
      (1...16384).contains(shortSide) && (1...16384).contains(longest ?? 1), "sides are from 1 to 16384")
    self.shortSide = shortSide
    (height, width, fit) = (shortSide, shortSide, .shortSide(longest: longest))
  }

  /// Whether every image gets the same size.
  public var isFixed: Bool {
    switch fit {
    case .crop, .stretch, .letterbox: true
    case .shortSide, .multiple: false
    }
  }

  /// The size of the result of an image of this size, as displayed.
  public func size(width imageWidth: Int, height imageHeight: Int) -> (width: Int, height: Int) {
    switch fit {
    case .crop, .stretch, .letterbox: (width, height)
    case .shortSide(let longest):
      proportional(imageWidth, imageHeight, longest: longest)
    case .multiple(let unit):
      multiples(imageWidth, imageHeight, of: unit)
    }
  }

  /// As `get_size_with_aspect_ratio` of Hugging Face's transformers: fractions are cut off.
  private func proportional(_ imageWidth: Int, _ imageHeight: Int, longest: Int?) -> (width: Int, height: Int)
  {
    let (short, long) = (min(imageWidth, imageHeight), max(imageWidth, imageHeight))
    var side = Double(shortSide)
    if let longest, Double(long) / Double(short) * side > Double(longest) {
      side = Double(longest * short) / Double(long)
    }
    let resized = max(Int(side.rounded(.toNearestOrEven)), 1)
    guard resized != short else { return (imageWidth, imageHeight) }
    let other = max(Int(side * Double(long) / Double(short)), 1)
    return imageWidth < imageHeight ? (resized, other) : (other, resized)
  }

  /// As DPT's image processor.
  private func multiples(_ imageWidth: Int, _ imageHeight: Int, of unit: Int) -> (width: Int, height: Int) {
    let scales = (Double(width) / Double(imageWidth), Double(height) / Double(imageHeight))
    let scale = abs(1 - scales.0) < abs(1 - scales.1) ? scales.0 : scales.1
    func side(_ length: Int) -> Int {
      max(Int((scale * Double(length) / Double(unit)).rounded(.toNearestOrEven)), 1) * unit
    }
    return (side(imageWidth), side(imageHeight))
  }

  /// Whether the whole image is in the result, its proportions changed.
  public var isStretched: Bool { fit == .stretch }

  /// Width and height of a square result, pixels.
  ///
  /// - Precondition: the image is cropped.
  public var crop: Int {
    precondition(fit == .crop, "the result need be no square")
    return width
  }

  /// The part of the result that shows an image of this size, as displayed.
  public func content(width imageWidth: Int, height imageHeight: Int) -> PixelRectangle {
    guard case .letterbox(_, let isCentred) = fit else {
      let size = size(width: imageWidth, height: imageHeight)
      return PixelRectangle(width: size.width, height: size.height)
    }
    let gain = gain(imageWidth, imageHeight)
    func side(_ length: Int, _ room: Int) -> (offset: Int, length: Int) {
      let resized = min(max(Int((Double(length) * gain).rounded(.toNearestOrEven)), 1), room)
      // Of an odd number, the smaller half comes first.
      let offset = isCentred ? Int((Double(room - resized) / 2 - 0.1).rounded(.toNearestOrEven)) : 0
      return (max(offset, 0), resized)
    }
    let (columns, rows) = (side(imageWidth, width), side(imageHeight, height))
    return PixelRectangle(x: columns.offset, y: rows.offset, width: columns.length, height: rows.length)
  }

  /// Pixels of the result for one of an image that is letterboxed.
  private func gain(_ imageWidth: Int, _ imageHeight: Int) -> Double {
    min(Double(height) / Double(imageHeight), Double(width) / Double(imageWidth))
  }

  /// Where the result lies in an image of this size, as displayed.
  public func frame(width imageWidth: Int, height imageHeight: Int) -> InputFrame {
    let content = content(width: imageWidth, height: imageHeight)
    var (scaleX, scaleY) = (
      Double(content.width) / Double(imageWidth), Double(content.height) / Double(imageHeight)
    )
    var (offsetX, offsetY) = (Double(content.x), Double(content.y))
    switch fit {
    // Sides are rounded to whole pixels, so that the two scales of a letterbox differ a little.
    case .stretch, .letterbox: break
    case .crop:
      let (columns, rows) = (axis(imageWidth, other: imageHeight), axis(imageHeight, other: imageWidth))
      scaleX = Double(columns.length) / Double(imageWidth)
      scaleY = Double(rows.length) / Double(imageHeight)
      (offsetX, offsetY) = (-Double(columns.offset), -Double(rows.offset))
    case .shortSide, .multiple: break
    }
    let size = size(width: imageWidth, height: imageHeight)
    return InputFrame(
      imageWidth: imageWidth, imageHeight: imageHeight, width: size.width, height: size.height,
      content: content,
      scaleX: scaleX, scaleY: scaleY, offsetX: offsetX, offsetY: offsetY)
  }

  /// The part of an image that is resized, in the coordinates of its stored pixels, so that only those have to be
  /// decoded and resized. The size is the stored one; the crop is taken from the image as displayed.
  func window(width: Int, height: Int, orientation: Orientation) -> CropWindow {
    // Stored columns are displayed rows where the orientation transposes.
    let (imageWidth, imageHeight) = orientation.transposes ? (height, width) : (width, height)
    let displayed =
      switch fit {
      case .crop: (columns: axis(imageWidth, other: imageHeight), rows: axis(imageHeight, other: imageWidth))
      case .stretch, .letterbox, .shortSide, .multiple:
        {
          let content = content(width: imageWidth, height: imageHeight)
          return (columns: Axis(length: content.width), rows: Axis(length: content.height))
        }()
      }
    let (columns, rows) =
      orientation.transposes ? (displayed.rows, displayed.columns) : (displayed.columns, displayed.rows)
    return CropWindow(
      columns: columns.window(of: width, flips: orientation.flipsColumns),
      rows: rows.window(of: height, flips: orientation.flipsRows), transposes: orientation.transposes)
  }

  /// A side of the resized image, and what is kept of it.
  private struct Axis {
    let length, offset, count: Int

    init(length: Int, offset: Int = 0, count: Int? = nil) {
      self.length = length
      self.offset = offset
      self.count = count ?? length
    }

    func window(of source: Int, flips: Bool) -> ResizeWindow {
      let first = flips ? length - count - offset : offset
      return ResizeWindow(
        sourceLength: source, outputLength: length, outputs: first..<first + count, reversed: flips)
    }
  }

  private func axis(_ length: Int, other: Int) -> Axis {
    // The long side is cut to a whole number, not rounded.
    let resized = length <= other ? shortSide : Int(Double(shortSide * length) / Double(other))
    let offset = Int((Double(resized - width) / 2).rounded(.toNearestOrEven))
    return Axis(length: resized, offset: offset, count: width)
  }
}

/// A crop in stored coordinates: the output pixels along each stored axis, then perhaps a transposition.
package struct CropWindow: Hashable {
  package let columns: ResizeWindow
  package let rows: ResizeWindow
  package let transposes: Bool
}
