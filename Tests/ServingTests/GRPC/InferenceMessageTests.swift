import Basics
import Foundation
import TestSupport
import Testing
import Vision

@testable import Dataflow
@testable import Serving

@Suite struct InferenceMessageTests {
  private let signature = PipelineSignature.tensors(
    inputs: [TensorDescription(name: "x", element: .float32, shape: [nil, 2])],
    outputs: [TensorDescription(name: "y", element: .float32, shape: [nil])])

  /// All that is read of a message.
  private func read(_ bytes: [UInt8]) throws -> InferenceRequest {
    try bytes.withUnsafeBytes { bytes in
      try InferenceRequest(InferenceMessage(bytes).draft(), for: signature) { Data($0) }
    }
  }

  private func message(
    contents: ((inout ProtobufWriter) -> Void)? = nil, _ rest: (inout ProtobufWriter) -> Void = { _ in }
  ) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.add(1, "net")
    writer.add(5) { input in
      input.add(1, "x")
      input.add(2, "FP32")
      input.add(3, 1)
      input.add(3, 2)
      if let contents { input.add(5, contents) }
    }
    if contents == nil { writer.add(7, bytes: [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]) }
    rest(&writer)
    return writer.bytes
  }

  @Test func rawAndOtherContents() throws {
    let packed: (inout ProtobufWriter) -> Void = { $0.add(6, bytes: [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]) }
    let single: (inout ProtobufWriter) -> Void = {
      $0.add(6, float: 1)
      $0.add(6, float: 2)
    }
    for contents in [nil, packed, single] {
      let request = try read(message(contents: contents))
      #expect(withExtendedLifetime(request) { Array(request.tensors[0].data) } == [1, 2])
    }
    for (contents, says) in [
      ({ $0.add(6, float: 1) }, "has 1 elements"),
      ({ $0.add(6, bytes: Array(repeating: 0, count: 12)) }, "more numbers"),
      ({ $0.add(3, 1) }, "the field of its datatype"), ({ _ in }, "has 0 elements"),
    ] as [((inout ProtobufWriter) -> Void, String)] {
      let error = #expect(throws: InferenceRequestError.self) { try read(message(contents: contents)) }
      #expect("\(String(describing: error))".contains(says), "\(String(describing: error))")
    }
    let both = #expect(throws: InferenceRequestError.self) {
      try read(message(contents: packed) { $0.add(7, bytes: [0, 0, 0, 0, 0, 0, 0, 0]) })
    }
    #expect("\(String(describing: both))".contains("both kinds"))
  }

  /// What repeats beyond any model's needs is refused when it comes, and not read to its end.
  @Test func bounds() throws {
    for (says, build) in [
      ("too many fields", { for _ in 0..<5000 { $0.add(15, 0) } }),
      ("too many fields", { for _ in 0..<5000 { $0.add(4) { _ in } } }),
      ("more than 1000 outputs", { for _ in 0..<1001 { $0.add(6) { $0.add(1, "y") } } }),
      ("more than 1000 inputs", { for _ in 0..<1001 { $0.add(5) { $0.add(1, "x") } } }),
      ("a shape has up to 8", { $0.add(5) { for _ in 0..<9 { $0.add(3, 1) } } }),
      ("a shape has up to 8", { $0.add(5) { $0.add(3, bytes: [UInt8](repeating: 1, count: 1 << 20)) } }),
    ] as [(String, (inout ProtobufWriter) -> Void)] {
      let error = #expect(throws: (any Error).self, "\(says)") { try read(message(build)) }
      #expect("\(String(describing: error))".contains(says), "\(String(describing: error))")
    }
  }

  @Test func outputsAskedForTwice() {
    let error = #expect(throws: InferenceRequestError.self) {
      try read(message(contents: nil) { for _ in 0..<2 { $0.add(6) { $0.add(1, "y") } } })
    }
    #expect(error == .unfit("output 'y' is asked for twice; name each once"))
  }

  /// What protocol buffers' own parser refuses of a message that is cut off or damaged, this one refuses too; what it refuses besides
  /// has fields of another type, or numbers of more than 64 bits.
  @Test func asStrictAsTheReference() throws {
    let python = try ChildProcess(try Repository.path(".deps/python/bin/python"), ["-c", Self.reference])
    try #require(python.wait() == 0, "\(python.standardError)")
    var counts = [0, 0, 0]
    for line in python.standardOutput.split(separator: "\n") {
      let bytes = try #require(Array(hexadecimal: line.dropFirst()))
      let isValid = line.hasPrefix("+")
      do {
        _ = try bytes.withUnsafeBytes { bytes in
          // Whether it fits a model is not asked; its contents are.
          for input in try InferenceMessage(bytes).draft().inputs {
            guard case .fields(let fields) = input.contents else { continue }
            _ = try fields.read(into: Tensor(shape: [64]))
          }
        }
        #expect(isValid, "\(line)")
        counts[0] += 1
      } catch ProtobufError.breaksOff {
        #expect(!isValid, "\(line)")
        counts[1] += 1
      } catch {
        counts[2] += 1
      }
    }
    #expect(counts.allSatisfy { $0 > 100 }, "\(counts)")
  }

  /// Every prefix of a message with everything in it, and every message with one bit turned; a plus where it is valid.
  private static let reference = """
    from google.protobuf.message import DecodeError
    from tritonclient.grpc import service_pb2
    request = service_pb2.ModelInferRequest(model_name="net", model_version="1", id="seven")
    request.parameters["priority"].uint64_param = 3
    request.parameters["timeout"].int64_param = 5000
    request.parameters["a"].string_param = "b"
    request.parameters["d"].double_param = 0.5
    tensor = request.inputs.add(name="x", datatype="FP32", shape=[1, 300])
    tensor.contents.fp32_contents.extend([1.5, -2, 3])
    request.outputs.add(name="y").parameters["binary_data"].bool_param = True
    whole = request.SerializeToString()
    def tell(data):
        try:
            service_pb2.ModelInferRequest.FromString(bytes(data))
            print("+" + bytes(data).hex())
        except DecodeError:
            print("-" + bytes(data).hex())
    for length in range(len(whole) + 1):
        tell(whole[:length])
    for position in range(len(whole)):
        for bit in range(8):
            turned = bytearray(whole)
            turned[position] ^= 1 << bit
            tell(turned)
    for more in (b"\\x00\\x01", b"\\x0c", b"\\x0b", b"\\x0f\\x00", b"\\x80" * 11, b"\\x08" + b"\\xff" * 9 + b"\\x7f"):
        tell(whole + more)
    """
}

extension [UInt8] {
  fileprivate init?(hexadecimal text: some StringProtocol) {
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
    self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
