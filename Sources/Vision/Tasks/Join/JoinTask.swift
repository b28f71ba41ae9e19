import Basics
import Dataflow

/// Which objects are where, and what other networks say of each.
public enum JoinTask: VisionTask {
  /// Objects with their results.
  public typealias Output = JoinedObjects
  public static let name = "join"
  /// The end of a pipeline: reads the objects, and what stages behind a `crop` of them give.
  public static let stage = StageKind(exit: "join")
}

/// Objects, and what other networks say of each.
public struct JoinedObjects: Sendable {
  /// A result of each object, by the name of its task.
  public struct Part: Sendable {
    public let name: String
    public let outputs: [any TaskOutput]
  }

  public let detections: Detections
  /// As many outputs each as there are objects.
  public let parts: [Part]

  /// - Throws: `RuntimeError` where an object has no result.
  init(_ detections: Detections, _ parts: [Part]) throws {
    // A crop takes the best ones alone.
    let count = parts.map(\.outputs.count).min() ?? detections.objects.count
    guard parts.allSatisfy({ $0.outputs.count == count }), count <= detections.objects.count else {
      throw RuntimeError.missingOutput(index: 0, type: "a result for each object")
    }
    self.detections = Detections(
      Array(detections.objects.prefix(count)), width: detections.width, height: detections.height)
    self.parts = parts
  }
}

extension JoinedObjects: TaskOutput {
  public static let portType = PortType(JoinedObjects.self, name: "joined objects")

  /// The type of objects with results: `parts` has the port of the objects, and of each result by its task's name.
  static func portType(_ ports: [Port]) -> PortType {
    PortType(JoinedObjects.self, name: portType.name, parts: ports)
  }

  public func write(to json: inout JSONText, key: String) {
    json.array(key) { json in
      for (index, object) in detections.objects.enumerated() {
        json.object { json in
          object.write(to: &json)
          for part in parts { part.outputs[index].write(to: &json, key: part.name) }
        }
      }
    }
  }

  public var maximumJSONBytes: Int {
    parts.reduce(detections.maximumJSONBytes) { sum, part in
      part.outputs.reduce(sum) { $0 + $1.maximumJSONBytes + JSONText.maximumBytes(of: part.name) }
    }
  }

  public var text: [String] {
    guard !detections.objects.isEmpty else { return detections.text }
    return detections.text.enumerated().flatMap { index, line in
      [line] + parts.flatMap { part in part.outputs[index].text.prefix(1).map { "  \(part.name): \($0)" } }
    }
  }

  public static func tensors(of type: PortType) -> [OutputTensorDescription] {
    type.parts.enumerated().flatMap { index, port -> [OutputTensorDescription] in
      guard let task = VisionTasks.task(of: port.type) else { return [] }
      let tensors = task.tensors(of: port.type)
      return index == 0
        ? tensors : tensors.map { OutputTensorDescription("\(port.name)_\($0.name)", $0.datatype, $0.shape) }
    }
  }

  /// The objects' tensors, then those of their results, with a row for each object of all images; names begin with the task's.
  public static func tensors(_ outputs: [JoinedObjects], of type: PortType) throws -> [OutputTensor] {
    guard let first = type.parts.first else { return [] }
    var tensors = Detections.tensors(outputs.map(\.detections), of: first.type)
    for (index, port) in type.parts.dropFirst().enumerated() {
      guard let task = VisionTasks.task(of: port.type) else { continue }
      let results = outputs.flatMap { $0.parts[index].outputs }
      tensors += try task.tensors(any: results, of: port.type).map {
        OutputTensor(name: "\(port.name)_\($0.name)", shape: $0.shape, contents: $0.contents)
      }
    }
    return tensors
  }

  public func draw(on canvas: Canvas) { detections.draw(on: canvas) }

  /// That of the objects, times that of the results of objects that both have.
  public func agreement(with reference: JoinedObjects) -> Double {
    let objects = detections.agreement(with: reference.detections)
    var (sum, count) = (0.0, 0)
    for (part, other) in zip(parts, reference.parts) {
      for (output, wanted) in zip(part.outputs, other.outputs) {
        sum += output.agreement(withAny: wanted)
        count += 1
      }
    }
    return count == 0 ? objects : objects * sum / Double(count)
  }
}

extension TaskOutput {
  /// That with an output of the same task; 0 with another's.
  func agreement(withAny reference: any TaskOutput) -> Double {
    (reference as? Self).map { agreement(with: $0) } ?? 0
  }
}
