import Basics
import Dataflow

/// How far a pipeline's results may differ from the reference's, so that a network may run in a lower precision:
/// `tolerance: {agreement: 0.99}` in its file.
///
/// What agrees is the task's to say, see `TaskOutput.agreement(with:)`: the likeliest class is the same, boxes of a class
/// overlap by 0.9, pixels are equal, depths are within 1 %. `top1_agreement` is another name of it for classification.
public struct Tolerance: Sendable, Hashable {
  static let key = "tolerance"
  static let names = ["agreement", "top1_agreement"]

  /// The name by which the file gives the part that must agree, and calibrations keep what was measured.
  public private(set) var name = "agreement"
  /// The part of the calibration images' results, 0…1, that must agree; `nil`: nothing may differ.
  public var agreement: Double?
  /// The folder of images for the comparison; the test photographs if not given.
  public var images: String?

  public init() {}

  init(_ node: ConfigurationNode) throws {
    let values = try node.mapping(keys: Self.names + ["images"])
    for name in Self.names {
      guard let value = values[name] else { continue }
      guard agreement == nil else {
        throw value.error("\(value.path) is beside 'agreement', which is the same; write one of them")
      }
      self.name = name
      agreement = try value.number(in: 0...1)
    }
    if let node = values["images"] {
      let folder = try node.filePath()
      guard Folder.exists(folder) else {
        throw node.error("there is no folder \(folder); name one with images")
      }
      images = folder
    }
  }

  var metrics: [String: Double] { agreement.map { [name: $0] } ?? [:] }
}
