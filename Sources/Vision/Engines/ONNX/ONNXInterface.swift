import Basics
import Dataflow
import Foundation

/// The facts in an ONNX file that engines don't report: the names of free extents, types that are no tensors,
/// whether there is a shape at all, and what the exporter wrote beside the graph.
struct ONNXInterface {
  /// A `ValueInfoProto`.
  struct Port {
    fileprivate(set) var name = ""
    /// A name such as `string` or `sequence`.
    fileprivate(set) var typeName = "no type"
    fileprivate(set) var hasRank = true
    /// `nil` where the extent is free.
    fileprivate(set) var extents: [Int?] = []
    /// One for each extent; `nil` where the extent is fixed, or free without a name.
    fileprivate(set) var symbols: [String?] = []
    fileprivate(set) var hasFreeExtent = false
  }

  /// The inputs that a run has to give, in the file's order: weights that are listed as inputs are left out.
  private(set) var inputs: [Port] = []
  /// In the file's order.
  private(set) var outputs: [Port] = []
  /// What the exporter wrote beside the graph: `metadata_props`. The first of equal keys counts.
  private(set) var metadata: [String: String] = [:]

  private var ports: [String: Port] = [:]
  /// For each tensor the operator that makes it, and that operator's first input.
  private var makers: [String: (operation: String, input: String?)] = [:]
  /// An operator whose output's size depends on the inputs' numbers; `nil` if there is none.
  private(set) var sizedByNumbers: String?

  /// - Returns: `nil` if the file can't be read or is not ONNX.
  init?(contentsOf path: String) {
    guard path.hasSuffix(".onnx") else { return nil }
    do {
      try self.init(reading: path)
    } catch {
      return nil
    }
  }

  /// - Throws: `FileError` if the file can't be read; `ProtobufError` if it isn't ONNX.
  init(reading path: String) throws {
    try Data.read(path, atMost: ModelFile.maximumBytes).withUnsafeBytes { bytes in
      var reader = ProtobufReader(bytes)
      while let field = try reader.next() {
        switch field.number {
        case 7: try read(field.message())
        case 14: try readMetadata(field.message())
        default: break
        }
      }
    }
  }

  /// Entries beyond that are no exporter's.
  private static let maximumMetadata = 1000

  /// A `StringStringEntryProto`. Bytes that are no UTF-8 become replacement characters, which no reader takes.
  private mutating func readMetadata(_ entry: ProtobufReader) throws {
    var (key, value) = ("", "")
    try entry.forEach(1) { key = String(decoding: try $0.bytes(), as: UTF8.self) }
    try entry.forEach(2) { value = String(decoding: try $0.bytes(), as: UTF8.self) }
    guard metadata.count < Self.maximumMetadata, metadata[key] == nil else { return }
    metadata[key] = value
  }

  /// Finds whether the inputs' numbers decide the tensors' sizes, other than the number of rows kept.
  private struct SizeAnalysis {
    /// Tensors whose numbers depend on the inputs' numbers.
    private var numbers: Set<String>
    /// Tensors whose shapes depend on the inputs' numbers.
    private var shapes: Set<String> = []

    init(inputs: [String]) { numbers = Set(inputs) }

    /// For each operator, the inputs that give its output's size.
    private static let sizes: [String: Range<Int>] = [
      "Reshape": 1..<2, "Expand": 1..<2, "Tile": 1..<3, "TopK": 1..<2, "Slice": 1..<5, "Resize": 1..<4,
      "Upsample": 1..<2, "Pad": 1..<2, "OneHot": 1..<2, "Range": 0..<3, "ConstantOfShape": 0..<1,
      "Split": 1..<2,
      "Unsqueeze": 1..<2, "Squeeze": 1..<2, "CenterCropPad": 1..<2,
    ]
    private static let keepers: Set<String> = ["NonZero", "Compress", "NonMaxSuppression", "Unique"]

    func dependsOnInputs(_ node: ONNXNode) -> Bool { node.inputs.contains(where: numbers.contains) }

    /// - Returns: whether the node makes a tensor whose size depends on numbers.
    mutating func add(_ node: ONNXNode) -> Bool {
      let sizes = Self.sizes[node.operation].map { node.inputs.indices.clamped(to: $0) } ?? 0..<0
      let isSized = sizes.contains { numbers.contains(node.inputs[$0]) }
      let dependsOnNumbers = node.inputs.contains(where: numbers.contains)
      let hasOtherShape = node.inputs.contains(where: shapes.contains)
      if ["Shape", "Size"].contains(node.operation) {
        if hasOtherShape { numbers.formUnion(node.outputs) }
        return false
      }
      if dependsOnNumbers { numbers.formUnion(node.outputs) }
      if hasOtherShape || isSized || (dependsOnNumbers && Self.keepers.contains(node.operation)) {
        shapes.formUnion(node.outputs)
      }
      return isSized
    }
  }

  subscript(name: String) -> Port? { ports[name] }

  private mutating func read(_ graph: ProtobufReader) throws {
    var graph = graph
    var nodes: [ONNXNode] = []
    var inputNames: [String] = []
    // With their numbers, where those are few integers.
    var constants: [String: [Int]] = [:]
    while let field = try graph.next() {
      switch field.number {
      case 1: nodes.append(try ONNXNode(field.message()))
      case 5:
        let (name, numbers) = try Self.constant(field.message())
        constants[name] = numbers
      case 11, 12:
        let port = try Port(field.message())
        ports[port.name] = port
        if field.number == 11 { inputNames.append(port.name) } else { outputs.append(port) }
      default: break
      }
    }
    // Weights may also be listed as inputs.
    let given = inputNames.filter { constants[$0] == nil }
    inputs = given.compactMap { ports[$0] }
    let isOpen = given.contains { ports[$0]?.hasFreeExtent ?? true }
    var analysis = SizeAnalysis(inputs: given)
    for node in nodes {
      makers[node.output] = (node.operation, node.inputs.first)
      // A Reshape to a fixed size makes that many numbers, whatever the size of an open input.
      let isFixed =
        isOpen && node.operation == "Reshape" && analysis.dependsOnInputs(node)
        && (node.inputs.dropFirst().first.flatMap { constants[$0] } ?? [0]).allSatisfy { $0 > 0 }
      if analysis.add(node) || isFixed { sizedByNumbers = sizedByNumbers ?? node.operation }
    }
  }

  /// A `TensorProto`'s name, and its numbers if they are as many 64-bit integers as a shape has at most; else
  /// a 0.
  private static func constant(_ reader: ProtobufReader) throws -> (name: String, numbers: [Int]) {
    var reader = reader
    var name = ""
    var type: UInt64 = 0
    var numbers: [Int] = []
    while let field = try reader.next() {
      switch field.number {
      case 2: type = try field.integer()
      case 7:
        try field.forEachInteger { if numbers.count <= 8 { numbers.append(Int(truncatingIfNeeded: $0)) } }
      case 8: name = try field.text()
      case 9:
        let bytes = try field.bytes()
        guard bytes.count <= 64 else { continue }
        numbers += (0..<bytes.count / 8).map {
          Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)))
        }
      default: break
      }
    }
    return (name, type == 7 && (1...8).contains(numbers.count) ? numbers : [0])
  }

  /// Operators that leave numbers unchanged.
  private static let plain: Set<String> = [
    "Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Cast", "Dropout",
  ]

  /// The operator that makes a tensor, past those that only change its shape or type.
  func maker(of tensor: String) -> String? {
    var name = tensor
    // A damaged file may have a cycle.
    for _ in 0..<64 {
      guard let maker = makers[name] else { return nil }
      guard Self.plain.contains(maker.operation), let input = maker.input else { return maker.operation }
      name = input
    }
    return nil
  }
}

extension ONNXInterface.Port {
  fileprivate init(_ value: ProtobufReader) throws {
    var value = value
    while let field = try value.next() {
      switch field.number {
      case 1: name = try field.text()
      case 2: try read(type: field.message())
      default: break
      }
    }
  }

  private mutating func read(type: ProtobufReader) throws {
    var type = type
    while let field = try type.next() {
      switch field.number {
      case 1: try read(tensor: field.message())
      case 4: typeName = "sequence"
      case 5: typeName = "map"
      case 8: typeName = "sparse tensor"
      case 9: typeName = "optional"
      default: break
      }
    }
  }

  private mutating func read(tensor: ProtobufReader) throws {
    var tensor = tensor
    hasRank = false
    while let field = try tensor.next() {
      switch field.number {
      case 1: typeName = Self.names[try field.integer()] ?? "an unknown type"
      case 2:
        hasRank = true
        try field.message().forEach(1) { dimension in
          var symbol: String?
          var extent: Int?
          try dimension.message().forEach(2) { symbol = try $0.text() }
          try dimension.message().forEach(1) { extent = Int(truncatingIfNeeded: try $0.integer()) }
          if extent == nil { hasFreeExtent = true }
          symbols.append(symbol == "" ? nil : symbol)
          // Some exporters write a free extent as 0 or −1.
          extents.append(extent.flatMap { $0 > 0 ? $0 : nil })
        }
      default: break
      }
    }
  }

  /// Element types by their numbers in ONNX.
  private static let names: [UInt64: String] = [
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string",
    9: "bool",
    10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128",
    16: "bfloat16",
    17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4",
    23: "float4e2m1",
  ]
}
