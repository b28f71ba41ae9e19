/// What an exporter says of a network.
struct Evidence: Sendable {
  /// Such as `Hugging Face`.
  let exporter: String
  var task: Fact<DescribedTask>?
  /// Where the head is said to be read; the graph if not given.
  var headSource = FactSource.graph
  /// Names of the classes, and what to name in errors about them.
  var labels: Fact<[String]>?
  /// The file and the key of the labels and of the task.
  var labelPlace = Place()
  var taskPlace = Place()
  /// What is said of images.
  var facts = Facts()
  /// How this exporter's networks usually want their images, where that differs from others of their head.
  var habits: Habits?
  /// How many key points an object has, and numbers of each; none if it has no points.
  var keypoints: [Int] = []
  /// The head among those that have the network's shapes.
  var choose: @Sendable ([HeadMatch]) throws(DescriptionError) -> [HeadMatch] = { $0 }

  /// Where something is written, for errors.
  struct Place: Sendable, Hashable {
    var file = ""
    var key = ""
  }
}

/// An exporter whose files are known.
protocol EvidenceReader {
  /// - Returns: `nil` for another exporter's files.
  /// - Throws: `DescriptionError` for files that say what can't be.
  static func read(_ export: ModelExport) throws -> Evidence?
}

/// The exporters that are known; the first that finds its own files is believed.
enum EvidenceReaders {
  static let all: [any EvidenceReader.Type] = [
    UltralyticsMetadata.self, TimmExport.self, HuggingFaceExport.self,
  ]

  static func read(_ export: ModelExport) throws -> Evidence? {
    for reader in all {
      if let evidence = try reader.read(export) { return evidence }
    }
    return nil
  }
}
