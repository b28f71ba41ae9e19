import Dataflow

/// The answer to one image as users see it, on the command line and over HTTP.
public struct InferenceReport: Encodable, Sendable {
  /// The time of one item in microseconds. The parts sum to the whole.
  public struct AttributionReport: Encodable, Sendable {
    public struct Part: Encodable, Sendable {
      public let name: String
      public let microseconds: Double
      /// Of the whole, 0…1.
      public let share: Double

      enum CodingKeys: String, CodingKey {
        case microseconds = "us"
        case name
        case share
      }
    }

    public let total: Double
    public let stages: [Part]
    public let unattributed: Double

    enum CodingKeys: String, CodingKey {
      case total = "total_us"
      case stages
      case unattributed = "unattributed_us"
    }
  }

  public let input: String
  public let bytes: Int
  /// As displayed, upright. `nil` where the header can't be read.
  public private(set) var width: Int?
  public private(set) var height: Int?
  public private(set) var outputs: [Classification.Label]?
  public private(set) var attribution: AttributionReport?
  public private(set) var error: String?

  /// A failure.
  public init(input: String, bytes: Int, error: any Error) {
    self.input = input
    self.bytes = bytes
    self.error = "\(error)"
  }

  /// What became of an image that went through a pipeline.
  public init(input: String, image: EncodedImage, result: ItemResult, attribution: Attribution) {
    self.input = input
    bytes = image.data.count
    width = image.header.displayedWidth
    height = image.header.displayedHeight
    self.attribution = AttributionReport(attribution)
    do {
      outputs = try result.output(as: Classification.self).labels
    } catch {
      self.error = "\(error)"
    }
  }
}

extension InferenceReport.AttributionReport {
  init(_ attribution: Attribution) {
    let total = attribution.total
    func part(_ name: String, _ time: Nanoseconds) -> Part {
      Part(name: name, microseconds: Double(time) / 1000, share: total > 0 ? Double(time) / Double(total) : 0)
    }
    self.total = Double(total) / 1000
    stages =
      attribution.stages.map { part($0.name, $0.compute) }
      + [part("queue", attribution.queue), part("transfer", attribution.transfer)]
    unattributed = Double(attribution.unattributed) / 1000
  }
}
