import Basics
import Foundation
import TestSupport
import Testing
import Vision

@testable import Serving

/// Every type of numbers goes in and comes out, in each form that the protocol has for it.
@Suite struct ElementTypeTests {
  static let types = ElementType.allCases

  private func description(_ element: ElementType, _ shape: [Int?] = [nil, 3]) -> TensorDescription {
    TensorDescription(name: "x", element: element, shape: shape, symbols: shape.isEmpty ? [] : ["N", nil])
  }

  private func read(_ json: String, as element: ElementType, shape: String = "[1,3]") throws -> Tensor {
    let body =
      "{\"inputs\":[{\"name\":\"x\",\"shape\":\(shape),\"datatype\":\"\(element.datatype)\",\"data\":\(json)}]}"
    let request = try Data(body.utf8).withUnsafeBytes {
      try InferenceRequest(
        parsing: $0,
        for: .tensors(inputs: [description(element, shape == "[]" ? [] : [nil, 3])], outputs: []))
    }
    return try #require(request.tensors.first)
  }

  private func write(_ tensor: Tensor) throws -> String {
    let output = OutputTensor(name: "y", shape: tensor.shape, contents: .tensor(tensor))
    try output.checkJSON()
    var json = JSONText(capacity: 64)
    json.object { output.writeData(to: &$0) }
    return json.text
  }

  private static let extremes: [ElementType: String] = [
    .uint8: "[0,1,255]", .int8: "[-128,0,127]", .uint16: "[0,1,65535]", .int16: "[-32768,0,32767]",
    .uint32: "[0,1,4294967295]", .int32: "[-2147483648,0,2147483647]", .uint64: "[0,1,18446744073709551615]",
    .int64: "[-9223372036854775808,0,9223372036854775807]", .float64: "[-1.5,0.1,1e+300]",
    .float32: "[-1.5,0.1,1e+30]",
  ]

  @Test(arguments: types) func extremesInJSON(element: ElementType) throws {
    guard let numbers = Self.extremes[element] else { return }
    #expect(try write(read(numbers, as: element)) == "{\"data\":\(numbers)}")
  }

  @Test(
    arguments: [
      (.uint8, "[0,0,256]"), (.uint8, "[0,-1,0]"), (.int8, "[128,0,0]"), (.int16, "[0,0,1.5]"),
      (.uint32, "[4294967296,0,0]"), (.uint64, "[18446744073709551616,0,0]"), (.bool, "[2,0,0]"),
      (.float32, "[1e39,0,0]"), (.float64, "[1e309,0,0]"), (.float16, "[1,2,3]"),
    ] as [(ElementType, String)])
  func whatDoesNotFit(element: ElementType, numbers: String) throws {
    #expect(throws: InferenceRequestError.self) { try read(numbers, as: element) }
  }

  @Test func truths() throws {
    let tensor = try read("[true,false,1]", as: .bool)
    #expect(Array(tensor.bytes) == [1, 0, 1])
    #expect(try write(tensor) == "{\"data\":[true,false,true]}")
  }

  @Test func scalarsAndEmptyTensors() throws {
    #expect(try read("[0.5]", as: .float32, shape: "[]").shape == [])
    #expect(try read("[]", as: .float32, shape: "[0,3]").bytes.isEmpty)
    #expect(throws: InferenceRequestError.self) { try read("[1]", as: .float32, shape: "[0,3]") }
  }

  /// Binary data carries every number, finite or not, bit by bit.
  @Test(arguments: types) func binary(element: ElementType) throws {
    let bytes = (0..<(3 * element.size)).map {
      element == .bool ? UInt8($0 % 2) : UInt8(truncatingIfNeeded: 0xF8 &+ $0)
    }
    try bytes.withUnsafeBytes { bytes in
      let input = InputTensor(name: "x", datatype: element.datatype, shape: [1, 3], contents: .raw(bytes))
      #expect(try input.byteCount(for: description(element), TensorLimits()) == bytes.count)
      let tensor = try input.tensor(for: description(element))
      #expect(tensor.bytes.elementsEqual(bytes))
      OutputTensor(name: "y", shape: [1, 3], contents: .tensor(tensor)).withRawBytes {
        #expect($0.elementsEqual(bytes))
      }
    }
  }

  @Test func notFinite() throws {
    let tensor = try Tensor(shape: [1, 3])
    _ = tensor.data.update(fromContentsOf: [1, .nan, -.infinity])
    let output = OutputTensor(name: "y", shape: [1, 3], contents: .tensor(tensor))
    let error = #expect(throws: OutputNotInJSON.self) { try output.checkJSON() }
    #expect("\(try #require(error))".contains("binary_data"))
    tensor.data[1] = 0
    #expect(throws: OutputNotInJSON.self) { try output.checkJSON() }
    tensor.data[2] = 0
    try output.checkJSON()
  }

  /// Typed contents of gRPC are in the field of the input's datatype, or refused.
  @Test(arguments: types) func typedContents(element: ElementType) throws {
    let integers: [UInt8] = [0, 1, 1]
    let floats = [Float(0), 1, 1].withUnsafeBytes { Array($0) }
    let doubles = [0.0, 1, 1].withUnsafeBytes { Array($0) }
    let fields: [(number: UInt8, packed: [UInt8])] = [
      (1, integers), (2, integers), (3, integers), (4, integers), (5, integers), (6, floats), (7, doubles),
    ]
    let taken = try fields.filter { number, packed in
      try ([number << 3 | 2, UInt8(packed.count)] + packed).withUnsafeBytes { bytes in
        let contents = InputTensor.Contents.fields(ContentFields(parts: [bytes], name: "x"))
        let input = InputTensor(name: "x", datatype: element.datatype, shape: [1, 3], contents: contents)
        do {
          return try input.tensor(for: description(element)).bytes.count == 3 * element.size
        } catch is InferenceRequestError {
          return false
        }
      }
    }
    let expected: [UInt8] =
      switch element {
      case .bool: [1]
      case .int8, .int16, .int32: [2]
      case .int64: [3]
      case .uint8, .uint16, .uint32: [4]
      case .uint64: [5]
      case .float32: [6]
      case .float64: [7]
      case .float16: []
      }
    #expect(taken.map(\.number) == expected)
  }
}
