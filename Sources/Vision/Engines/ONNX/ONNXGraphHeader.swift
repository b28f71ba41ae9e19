import Basics
import Dataflow

/// The graph of an ONNX file, without the numbers of its weights.
struct ONNXGraphHeader {
  /// Weights and other constants: names and shapes.
  private(set) var constants: [(name: String, shape: [Int])] = []
  /// A shape is `nil` where the input is no tensor or its rank is open; an extent is `nil` where it is open.
  private(set) var inputs: [(name: String, shape: [Int?]?)] = []
  private(set) var nodes: [ONNXNode] = []

  /// - Parameter model: reads a `ModelProto`, to its end.
  /// - Throws: `ProtobufError`.
  init(model: ProtobufReader) throws {
    var model = model
    while let field = try model.next() {
      if field.number == 7 { try read(field.message()) }
    }
  }

  private mutating func read(_ graph: ProtobufReader) throws {
    var graph = graph
    while let field = try graph.next() {
      switch field.number {
      case 1: nodes.append(try ONNXNode(field.message()))
      case 5:
        let (name, shape) = try Self.tensor(field.message())
        if let name { constants.append((name, shape)) }
      case 11:
        let (name, shape) = try Self.value(field.message())
        if let name { inputs.append((name, shape)) }
      default: break
      }
    }
  }

  /// A `TensorProto`.
  private static func tensor(_ reader: ProtobufReader) throws -> (name: String?, shape: [Int]) {
    var reader = reader
    var (name, shape): (String?, [Int]) = (nil, [])
    while let field = try reader.next() {
      switch field.number {
      case 1: try field.forEachInteger { shape.append(Int(truncatingIfNeeded: $0)) }
      case 8: name = try field.text()
      default: break
      }
    }
    return (name, shape)
  }

  /// A `ValueInfoProto`: its type's (2) tensor's (1) shape (2) has dimensions (1).
  private static func value(_ reader: ProtobufReader) throws -> (name: String?, shape: [Int?]?) {
    var reader = reader
    var (name, shape): (String?, [Int?]?) = (nil, nil)
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.text()
      case 2:
        try field.message().forEach(1) { tensor in
          try tensor.message().forEach(2) { dimensions in
            shape = []
            try dimensions.message().forEach(1) { shape?.append(try extent($0.message())) }
          }
        }
      default: break
      }
    }
    return (name, shape)
  }

  /// A dimension's number, if it has one and not a name.
  private static func extent(_ reader: ProtobufReader) throws -> Int? {
    var extent: Int?
    try reader.forEach(1) { extent = Int(truncatingIfNeeded: try $0.integer()) }
    return extent
  }
}

extension ProtobufReader {
  /// Reads to the end, and passes the fields of one number to `body`.
  func forEach(_ number: Int, _ body: (Field) throws -> Void) throws {
    var reader = self
    while let field = try reader.next() { if field.number == number { try body(field) } }
  }
}
