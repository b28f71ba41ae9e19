import Foundation
import Testing
import Vision

@testable import Serving

@Suite struct InferenceRequestTests {
  private let inputs = [
    TensorDescription(name: "x", element: .float32, shape: [nil, 2, 3], symbols: ["N", nil, nil]),
    TensorDescription(name: "n", element: .int64, shape: [nil], symbols: ["N"]),
    TensorDescription(name: "scale", element: .float32, shape: []),
  ]
  private let outputs = [
    TensorDescription(name: "a", element: .float32, shape: [nil]),
    TensorDescription(name: "b", element: .float32, shape: [nil]),
  ]

  private func parse(_ json: String, limits: TensorLimits = TensorLimits()) throws -> InferenceRequest {
    try Data(json.utf8).withUnsafeBytes {
      try InferenceRequest(parsing: $0, for: .tensors(inputs: inputs, outputs: outputs), limits: limits)
    }
  }

  private func body(
    x: String = "[1,2,3,4,5,6]", n: String = "[7]", scale: String = "[0.5]", shapeOfN: String = "[1]"
  ) -> String {
    """
    {"inputs":[{"name":"n","shape":\(shapeOfN),"datatype":"INT64","data":\(n)},
    {"data":\(x),"name":"x","parameters":{"any":["thing"]},"datatype":"FP32","shape":[1,2,3]},
    {"name":"scale","shape":[],"datatype":"FP32","data":\(scale)}]}
    """
  }

  /// In the model's order, whatever the request's; the keys in any order.
  @Test(arguments: ["[1,2,3,4,5,6]", "[[[1,2,3],[4,5,6]]]", " [ [ [ 1 , 2,3] ,[4e0,5.0,6]]]\n"])
  func inAnyForm(x: String) throws {
    let request = try parse(body(x: x))
    #expect(request.id == nil && request.outputs.map(\.position) == [0, 1])
    #expect(request.tensors.map(\.shape) == [[1, 2, 3], [1], []])
    #expect(request.tensors.map(\.element) == [.float32, .int64, .float32])
    withExtendedLifetime(request) {
      #expect(Array(request.tensors[0].data) == [1, 2, 3, 4, 5, 6])
      #expect(Array(request.tensors[1].integers) == [7] && Array(request.tensors[2].data) == [0.5])
    }
  }

  @Test(arguments: [
    "[[1,2,3],[4,5,6]]", "[[[1,2,3,4,5,6]]]", "[[[1,2,3],[4,5]]]", "[[[1,2,3],[4,5,6]],[]]", "[[[1],[2]]]",
    "[[[1,2,3],[4,5,6],[7,8,9]]]", "[[]]", "[]", "[1,2,3,4,5]", "[1,2,3,4,5,6,7]",
    "[[[1,2,3],[4,5,6]],[[1,2,3],[4,5,6]]]",
  ])
  func otherNesting(x: String) {
    #expect {
      try parse(body(x: x))
    } throws: { error in
      // A number where a list should be is not even JSON of the right form.
      "\(error)".contains("must be 6 numbers") || "\(error)".contains("an array should be here")
        || "\(error)".contains("a number should be here")
    }
  }

  @Test(arguments: ["1.5", "1.0", "1e2", "9223372036854775808", "-9223372036854775809"]) func noInteger(
    n: String
  ) {
    let error = #expect(throws: InferenceRequestError.self) { try parse(body(n: "[\(n)]")) }
    #expect(
      "\(String(describing: error))".contains(
        "number 0 of input 'n' is \(n); it must be a whole number from -9223372036854775808"))
  }

  @Test(arguments: ["1e400", "-1e39", "3.5e38"]) func tooLargeForFP32(number: String) {
    let error = #expect(throws: InferenceRequestError.self) { try parse(body(scale: "[\(number)]")) }
    #expect(
      "\(String(describing: error))".contains(
        "number 0 of input 'scale' is \(number), which is too large for FP32"))
  }

  @Test func batchesThatDiffer() {
    let error = #expect(throws: InferenceRequestError.self) { try parse(body(n: "[7,8]", shapeOfN: "[2]")) }
    #expect("\(String(describing: error))".contains("'N' is 1 in input 'x' and 2 in input 'n'"))
  }

  @Test func limits() throws {
    var limits = TensorLimits()
    limits.maximumBytes = 23
    let error = #expect(throws: InferenceRequestError.self) { try parse(body(), limits: limits) }
    #expect("\(try #require(error))".contains("has 24 bytes; the limit is 23 (--max-tensor-bytes)"))
    limits.maximumBytes = 24
    _ = try parse(body(), limits: limits)
    limits.maximumRequestBytes = 35
    #expect(throws: InferenceRequestError.self) { try parse(body(), limits: limits) }
    limits.maximumRequestBytes = 36
    _ = try parse(body(), limits: limits)
  }

  @Test func inputsGivenTwice() {
    let twice = #"{"name":"n","shape":[1],"datatype":"INT64","data":[1]}"#
    #expect(throws: InferenceRequestError.unfit("input 'n' is given twice")) {
      try parse(#"{"inputs":[\#(twice),\#(twice)]}"#)
    }
  }

  /// What may be left out may be `null`, and an empty list is as good as none.
  @Test(arguments: [
    #""id":null"#, #""outputs":null"#, #""outputs":[]"#, #""parameters":null"#, #""unknown":null"#,
    #""parameters":{"priority":null,"timeout":null,"binary_data_output":null}"#,
    #""outputs":[{"name":"a","parameters":null},{"name":"b","parameters":{"binary_data":null}}]"#,
  ])
  func whatIsNull(more: String) throws {
    let request = try parse(body().dropLast() + ",\(more)}")
    #expect(request.id == nil && request.outputs.map(\.position) == [0, 1])
    #expect(request.outputs.map(\.isBinary) == [false, false])
  }

  @Test func inputsThatAreNull() throws {
    let error = #expect(throws: InferenceRequestError.self) { try parse(#"{"inputs":null}"#) }
    #expect("\(String(describing: error))".contains("'inputs' is missing"))
    let data = #expect(throws: InferenceRequestError.self) { try parse(body(n: "null")) }
    #expect("\(String(describing: data))".contains("input 'n' has no 'data'"))
  }

  @Test func namesAndOutputs() throws {
    let rest = body().dropLast()
    let request = try parse(rest + #","outputs":[{"name":"b"},{"name":"a"}],"id":"é","parameters":{}}"#)
    #expect(request.id == "é" && request.outputs.map(\.position) == [1, 0])
    #expect(throws: InferenceRequestError.self) { try parse(rest + #","outputs":[{"name":"c"}]}"#) }
    #expect(throws: InferenceRequestError.self) { try parse(rest + #","outputs":[{}]}"#) }
    #expect(throws: InferenceRequestError.unfit("output 'a' is asked for twice; name each once")) {
      try parse(rest + #","outputs":[{"name":"a"},{"name":"b"},{"name":"a"}]}"#)
    }
    let outputs = String(repeating: #"{"name":"a"},"#, count: 1000) + #"{"name":"a"}"#
    let many = #expect(throws: InferenceRequestError.self) { try parse(rest + #","outputs":[\#(outputs)]}"#) }
    #expect("\(String(describing: many))".contains("more than 1000 outputs"))
    #expect(throws: InferenceRequestError.self) { try parse(rest + #","id":7}"#) }
  }
}

@Suite struct ImageRequestTests {
  private let jpeg = Data([0xFF, 0xD8, 0xFF, 0xFB, 0xEF, 0xBE, 0x01])

  private func images(_ data: String, _ parameters: String = "{}") throws -> [Data] {
    let json =
      #"{"inputs":[{"name":"image","shape":[1,1],"datatype":"BYTES","data":\#(data),"parameters":\#(parameters)}]}"#
    let request = try Data(json.utf8).withUnsafeBytes {
      try InferenceRequest(
        parsing: $0, for: .image(outputs: Classification.tensors(of: Classification.portType)))
    }
    return if case .images(let images) = request.payload { images } else { [] }
  }

  /// In every form of base64, and whether it is said that it is that or not.
  @Test func base64() throws {
    let text = jpeg.base64EncodedString()
    #expect(text.contains("/") && text.contains("+") && text.hasSuffix("="))
    let forms = [
      text, text.replacing("/", with: "\\/"), text.replacing("+", with: "-").replacing("/", with: "_"),
      text.filter { $0 != "=" }, "data:image/jpeg;base64," + text,
      text.prefix(4) + "\\n" + text.dropFirst(4) + "\\r\\n",
    ]
    for form in forms {
      for parameters in ["{}", #"{"content_type":"base64"}"#, #"{"content_type":"image/jpeg"}"#, "null"] {
        #expect(try images("[\"\(form)\"]", parameters) == [jpeg], "\(form)")
        #expect(try images("[[\"\(form)\"]]", parameters) == [jpeg], "\(form)")
      }
    }
  }

  @Test(arguments: ["", "hello", "AAAA", "/9j/!", "https://example.org/a.jpg"]) func noImage(text: String) {
    let error = #expect(throws: InferenceRequestError.self) { try images("[\"\(text)\"]") }
    let says = String(describing: error)
    #expect(says.contains("as the request's body") && says.contains("content_type"), "\(says)")
  }

  /// Lists in lists have no more elements than the shape says, wherever they are.
  @Test func moreThanTheShapeSays() {
    let many = "[[" + String(repeating: "\"\",", count: 1000) + "\"\"]]"
    let error = #expect(throws: InferenceRequestError.self) {
      try images(many, #"{"content_type":"base64"}"#)
    }
    #expect("\(String(describing: error))".contains("has 2 elements"))
    // The same behind the JSON, as empty elements of four bytes.
    let json = Data(
      #"{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":4000}}]}"#
        .utf8)
    let raw = #expect(throws: InferenceRequestError.self) {
      try json.withUnsafeBytes { json in
        try Data(count: 4000).withUnsafeBytes {
          try InferenceRequest(
            parsing: json, binary: $0,
            for: .image(outputs: Classification.tensors(of: Classification.portType)))
        }
      }
    }
    #expect("\(String(describing: raw))".contains("has 2 elements"))
  }
}

extension InferenceRequest {
  var tensors: [Tensor] { if case .tensors(let tensors) = payload { tensors } else { [] } }
}
