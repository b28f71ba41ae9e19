import Basics
import Dataflow

/// A kind of question that a network answers about an image.
///
/// Each is a folder beside this file and a line in `VisionTasks.all`; nothing else lists them.
public protocol VisionTask: Sendable {
  /// What an image gets.
  associatedtype Output: TaskOutput

  /// As commands, files and documentation call it, such as `detection`.
  static var name: String { get }
  /// The stage that makes an output of what the network gives.
  static var stage: StageKind { get }
  /// Whether an output stays the same, within what `agreement` says, where a JPEG is decoded at a reduced size (`scale: auto`).
  static var allowsReducedDecoding: Bool { get }
}

/// What an image gets of a task: it writes, draws and compares itself.
public protocol TaskOutput: Sendable {
  /// The type of the port by which outputs leave a pipeline, such as `detection`.
  static var portType: PortType { get }

  /// Writes the value of `outputs` of an item, by that key.
  func write(to json: inout JSONText, key: String)

  /// The most bytes of that.
  var maximumJSONBytes: Int { get }

  /// Lines for people.
  var text: [String] { get }

  /// The tensors that `tensors(of:_:)` gives, in its order.
  ///
  /// - Parameter type: of the port that the outputs leave by, which says what is optional.
  static func tensors(of type: PortType) -> [OutputTensorDescription]

  /// The outputs of several images as tensors of the Open Inference Protocol.
  static func tensors(_ outputs: [Self], of type: PortType) throws -> [OutputTensor]

  /// Bytes of the output's map for each pixel of the photograph; 0 where no map is of its size.
  ///
  /// - Parameter type: as of `tensors(of:)`.
  static func mapBytesPerPixel(of type: PortType) -> Int

  /// Draws itself on the photograph.
  func draw(on canvas: Canvas)

  /// How far it is the same as a reference's output, 0…1.
  func agreement(with reference: Self) -> Double
}

/// The tasks that pipelines may end in.
public enum VisionTasks {
  public static let all: [any VisionTask.Type] = [
    ClassificationTask.self, DetectionTask.self, SegmentationTask.self, DepthTask.self, EmbeddingTask.self,
    JoinTask.self,
  ]

  /// The task whose outputs leave by a port of this type.
  static func task(of type: PortType) -> (any VisionTask.Type)? {
    all.first { task in type.fits(task.portType) }
  }
}

extension TaskOutput {
  public static func mapBytesPerPixel(of type: PortType) -> Int { 0 }
}

extension VisionTask {
  public static var allowsReducedDecoding: Bool { true }
  static func mapBytesPerPixel(of type: PortType) -> Int { Output.mapBytesPerPixel(of: type) }
  static var portType: PortType { Output.portType }
  static func tensors(of type: PortType) -> [OutputTensorDescription] { Output.tensors(of: type) }

  static func tensors(any outputs: [any TaskOutput], of type: PortType) throws -> [OutputTensor] {
    try Output.tensors(
      outputs.map { output in
        guard let output = output as? Output else {
          throw RuntimeError.missingOutput(index: 0, type: "\(Output.self)")
        }
        return output
      }, of: type)
  }
}
