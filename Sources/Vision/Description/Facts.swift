import Kernels

/// Where a fact about a model was read.
public enum FactSource: String, Sendable, Hashable, CaseIterable {
  /// By the user, with `--set`.
  case stated
  /// `metadata_props` of the ONNX file.
  case metadata
  /// Hugging Face's and timm's.
  case config = "config.json"
  /// Hugging Face's, of images.
  case processor = "preprocessor_config.json"
  /// Of timm's `config.json`.
  case pretrained = "pretrained_cfg"
  /// Names, shapes and types.
  case graph
  /// What networks of that kind usually want; nothing in the files says so.
  case assumed
}

/// A value, and where it was read.
struct Fact<Value: Sendable>: Sendable {
  let value: Value
  let source: FactSource

  init(_ value: Value, _ source: FactSource) {
    self.value = value
    self.source = source
  }
}

/// How pixels become the network's input, as an exporter or a user says it; `nil` where nobody does.
struct Facts: Sendable {
  /// A size of images, pixels.
  struct Size: Sendable, Hashable {
    var height, width: Int
  }

  var fit: Fact<DescribedFit>?
  var size: Fact<Size>?
  var shortSide: Fact<Int>?
  var longest: Fact<Int>?
  var multiple: Fact<Int>?
  var pad: Fact<[Int]>?
  var filter: Fact<DescribedFilter>?
  var antialias: Fact<Bool>?
  var channels: Fact<Normalisation.ChannelOrder>?
  /// In units of pixel values, 0…255; for red, green and blue in any channel order.
  var mean: Fact<[Double]>?
  var deviation: Fact<[Double]>?

  /// Takes from another what isn't known yet.
  mutating func fill(from other: Facts) {
    fit = fit ?? other.fit
    size = size ?? other.size
    shortSide = shortSide ?? other.shortSide
    longest = longest ?? other.longest
    multiple = multiple ?? other.multiple
    pad = pad ?? other.pad
    filter = filter ?? other.filter
    antialias = antialias ?? other.antialias
    channels = channels ?? other.channels
    mean = mean ?? other.mean
    deviation = deviation ?? other.deviation
  }

  /// Mean and deviation that come from one place.
  mutating func normalise(_ mean: [Double], _ deviation: [Double], _ source: FactSource) {
    self.mean = Fact(mean.map(Self.tidy), source)
    self.deviation = Fact(deviation.map(Self.tidy), source)
  }

  /// Without what a division by 255 and back leaves behind.
  private static func tidy(_ number: Double) -> Double {
    let scaled = number * 1e8
    return abs(scaled) < 1e15 ? scaled.rounded() / 1e8 : number
  }
}

/// How a photograph is brought to the network's size.
public enum DescribedFit: String, Sendable, Hashable, CaseIterable {
  /// The shorter side becomes `short_side`, then `size` is cut from the centre.
  case crop
  /// All pixels become `size`.
  case stretch
  /// The largest that fits into `size`, in the centre of `pad`.
  case letterbox
  /// The shorter side becomes `short_side`, unless the longer would exceed `longest`.
  case shortSide = "short-side"
  /// Proportions stay as far as sides that are a multiple of a number allow.
  case multiple

  /// Whether every photograph gets the same size.
  public var isFixed: Bool { self != .shortSide && self != .multiple }
}

/// How pixels are interpolated.
public enum DescribedFilter: String, Sendable, Hashable, CaseIterable {
  /// Between two pixels, or over as many as shrinking needs.
  case bilinear
  /// The same between four.
  case bicubic
}
