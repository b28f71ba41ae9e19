import Basics

/// What a model is, how images are prepared for it, and where each of these was read.
public struct ModelDescription: Sendable {
  /// The network's input for images.
  public struct Input: Sendable, Hashable {
    public let name: String
    public let layout: Normalisation.Layout
    /// `float32`, `float16` or `uint8`.
    public let element: ElementType
    /// A number, `dynamic`, or `none` of an input without a dimension for it.
    public let batch: String
    /// Pixels; `nil` where the graph leaves them open.
    public let height, width: Int?
  }

  /// What happens to an image before the network.
  public struct Preprocessing: Sendable, Hashable {
    public var fit: DescribedFit
    /// Pixels; of a fit that keeps proportions the ones that it aims at, or none.
    public var height, width: Int?
    public var shortSide, longest, multiple: Int?
    /// Red, green and blue of a letterbox, 0…255.
    public var pad: [Int]?
    public var filter: DescribedFilter
    public var antialias: Bool
    public var channels: Normalisation.ChannelOrder
    /// In units of pixel values, 0…255; for red, green and blue in any channel order, or for grey.
    public var mean, deviation: [Double]
  }

  /// The names of the classes.
  public struct Labels: Sendable, Hashable {
    /// `nil` where nothing tells how many classes there are.
    public var count: Int?
    /// Empty where classes are called by their numbers.
    public var names: [String]
    /// Where the names are: a `FactSource`, or `numbers` or `none`.
    public var source: String
  }

  /// The path of the graph, from the root.
  public let model: String
  /// The name of the pipeline.
  public let name: String
  /// Such as `Ultralytics`; `nil` if no exporter's files were found.
  public let exporter: String?
  public let task: DescribedTask
  /// How the task's stage reads the outputs, such as `yolov8`.
  public let head: String
  /// The output that the head reads, if it isn't the first.
  public let output: String?
  /// How many key points an object has, and numbers of each; empty if it has none, or the head says so by itself.
  public let keypoints: [Int]
  public let input: Input
  public let preprocessing: Preprocessing
  public let labels: Labels
  /// Where each was read, in the order of the description.
  public let sources: [(key: String, source: FactSource)]

  public func source(of key: String) -> FactSource? { sources.first { $0.key == key }?.source }

  /// The keys that nothing tells, but that networks of that kind usually share.
  public var assumed: [String] { sources.filter { $0.source == .assumed }.map(\.key) }
}

extension ModelDescription {
  /// Describes a model by its files; nothing is run.
  ///
  /// - Parameters:
  ///   - reference: the path of an ONNX file or of an export's folder.
  ///   - stated: what the user says of it, pairs `key=value`, which goes before what is read.
  ///   - name: of the pipeline; the file's or the folder's by default.
  /// - Throws: `DescriptionError`, `EngineError`; `ConfigurationError` for a wrong pair or name.
  public init(of reference: String, stated: [String] = [], name: String? = nil) throws {
    self = try ModelDescriber(reference, stated: stated).description(named: name)
  }
}
