import Foundation
import Testing
import Vision

@testable import Serving

@Suite struct InferenceRequestTests {
  private let inputs = [
    TensorDescription(name: "x", element: .float32, shape: [nil, 2, 3]),
    TensorDescription(name: "n", element: .int64, shape: [nil]),
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

  @Test(arguments: ["[1.5]", "[1e2]", "[9223372036854775808]"]) func noInteger(n: String) {
    #expect(throws: InferenceRequestError.unfit("number 0 of input 'n' is no INT64")) {
      try parse(body(n: n))
    }
  }

  @Test func batchesThatDiffer() {
    let error = #expect(throws: InferenceRequestError.self) { try parse(body(n: "[7,8]", shapeOfN: "[2]")) }
    #expect("\(String(describing: error))".contains("different batches"))
  }

  @Test func limits() throws {
    var limits = TensorLimits()
    limits.maximumNumbers = 5
    #expect(throws: InferenceRequestError.self) { try parse(body(), limits: limits) }
    limits.maximumNumbers = 6
    _ = try parse(body(), limits: limits)
    limits.maximumBatch = 1
    _ = try parse(body(), limits: limits)
    limits.maximumBatch = 0
    #expect(throws: InferenceRequestError.self) { try parse(body(), limits: limits) }
  }

  @Test func inputsGivenTwice() {
    let twice = #"{"name":"n","shape":[1],"datatype":"INT64","data":[1]}"#
    #expect(throws: InferenceRequestError.unfit("input 'n' is given twice")) {
      try parse(#"{"inputs":[\#(twice),\#(twice)]}"#)
    }
  }

  @Test func namesAndOutputs() throws {
    let rest = body().dropLast()
    let request = try parse(rest + #","outputs":[{"name":"b"},{"name":"a"}],"id":"é","parameters":{}}"#)
    #expect(request.id == "é" && request.outputs.map(\.position) == [1, 0])
    #expect(throws: InferenceRequestError.self) { try parse(rest + #","outputs":[{"name":"c"}]}"#) }
    #expect(throws: InferenceRequestError.self) { try parse(rest + #","outputs":[{}]}"#) }
    #expect(throws: InferenceRequestError.self) { try parse(rest + #","id":7}"#) }
  }
}

extension InferenceRequest {
  var tensors: [Tensor] { if case .tensors(let tensors) = payload { tensors } else { [] } }
}
