import Basics
import Dataflow
import Planning

/// The result for one image as users see it, on the command line and over HTTP.
public struct InferenceReport: Sendable {
  /// The time of one item in microseconds. The parts sum to the whole.
  public struct AttributionReport: Sendable {
    /// A stage's part of the time, in microseconds.
    public struct Part: Sendable {
      public let name: String
      public let microseconds: Double
      /// The share of the whole, 0…1.
      public let share: Double
    }

    public let total: Double
    public let stages: [Part]
    public let unattributed: Double
  }

  public let input: String
  public let bytes: Int
  /// Size of the upright image, pixels; `nil` where the header can't be read.
  public private(set) var width: Int?
  public private(set) var height: Int?
  public private(set) var output: (any TaskOutput)?
  public private(set) var attribution: AttributionReport?
  public private(set) var error: String?

  /// The report of a failure.
  public init(input: String, bytes: Int, error: any Error) {
    self.input = input
    self.bytes = bytes
    self.error = "\(error)"
  }

  /// The report of an image that went through a pipeline of this graph.
  public init(
    input: String, image: EncodedImage, result: ItemResult, attribution: Attribution, in graph: Graph
  ) {
    self.input = input
    bytes = image.data.count
    width = image.header.displayedWidth
    height = image.header.displayedHeight
    self.attribution = AttributionReport(attribution)
    do {
      output = try graph.ending(of: result)
    } catch {
      self.error = "\(error)"
    }
  }
}

extension InferenceReport {
  /// The report as JSON.
  public struct Text: Sendable { fileprivate let json: String }

  /// The report as JSON, which takes less memory than a map.
  public var json: Text {
    var json = JSONText(capacity: 1024)
    json.object { write(to: &$0) }
    return Text(json: json.text)
  }

  /// The JSON of `infer` and of the server: `{"pipeline":…,"items":[…]}`, and the energy of an item where
  /// known.
  public static func json(pipeline: String, items: [Text], energy: Energy? = nil) -> String {
    json(pipeline, energy, capacity: 256 + items.reduce(0) { $0 + $1.json.utf8.count + 1 }) { json in
      for item in items { json.value(json: item.json) }
    }
  }

  /// The same of few reports, in one piece.
  public static func json(pipeline: String, items: [InferenceReport]) -> String {
    json(pipeline, nil, capacity: 64 + items.count * 1024) { json in
      for item in items { json.object { item.write(to: &$0) } }
    }
  }

  private static func json(
    _ pipeline: String, _ energy: Energy?, capacity: Int, items: (inout JSONText) -> Void
  ) -> String {
    var json = JSONText(capacity: capacity)
    json.object { json in
      json.value("pipeline", pipeline)
      json.array("items", items)
      guard let energy else { return }
      json.object("energy") { json in
        json.value("joules_per_item", energy.joulesPerItem)
        json.value("source", energy.source.rawValue)
      }
    }
    return json.text
  }

  /// The most bytes of `json` of this item alone.
  package var maximumJSONBytes: Int {
    let texts = [input, error ?? ""].reduce(0) { $0 + JSONText.maximumBytes(of: $1) }
    let stages = attribution?.stages.reduce(0) { $0 + 96 + JSONText.maximumBytes(of: $1.name) } ?? 0
    return 1024 + texts + stages + (output?.maximumJSONBytes ?? 0)
  }

  private func write(to json: inout JSONText) {
    json.value("input", input)
    if let width { json.value("width", width) }
    if let height { json.value("height", height) }
    json.value("bytes", bytes)
    output?.write(to: &json, key: "outputs")
    if let error { json.value("error", error) }
    guard let attribution else { return }
    json.object("attribution") { json in
      json.value("total_us", attribution.total)
      json.array("stages") { json in
        for part in attribution.stages {
          json.object { json in
            json.value("name", part.name)
            json.value("us", part.microseconds)
            json.value("share", part.share)
          }
        }
      }
      json.value("unattributed_us", attribution.unattributed)
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
