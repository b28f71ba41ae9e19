import Basics
import Dataflow
import Foundation

/// The tolerated difference of a pipeline's results from the reference's, so that a network may run in lower
/// precision: `tolerance: {top1_agreement: 0.99}` in its file.
public struct Tolerance: Sendable, Hashable {
  static let key = "tolerance"
  public static let top1Agreement = "top1_agreement"

  /// The fraction of calibration images, 0…1, whose likeliest class must agree; `nil`: nothing may differ.
  public var top1Agreement: Double?
  /// A folder of images to compare with; the test photographs by default.
  public var images: String?

  public init() {}

  init(_ node: ConfigurationNode) throws {
    let values = try node.mapping(keys: [Self.top1Agreement, "images"])
    top1Agreement = try values[Self.top1Agreement]?.number(in: 0...1)
    if let node = values["images"] {
      let folder = try node.filePath()
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
        throw node.error("there is no folder \(folder); name one with images")
      }
      images = folder
    }
  }

  var metrics: [String: Double] { top1Agreement.map { [Self.top1Agreement: $0] } ?? [:] }
}
