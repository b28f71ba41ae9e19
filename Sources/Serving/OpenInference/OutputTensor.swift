import Vision

/// A tensor of an answer.
struct OutputTensor: Sendable {
  enum Contents: Sendable {
    case tensor(Tensor)
    case texts([String])
    case floats([Float])
    case integers([Int64])
  }

  let name: String
  let shape: [Int]
  let contents: Contents

  var datatype: String {
    switch contents {
    case .tensor(let tensor): tensor.element.datatype
    case .texts: "BYTES"
    case .floats: "FP32"
    case .integers: "INT64"
    }
  }

  /// - Throws: `OutputNotFinite`: what can be computed with is not meant.
  func check() throws {
    guard case .tensor(let tensor) = contents, tensor.element == .float32 else { return }
    guard tensor.data.allSatisfy(\.isFinite) else { throw OutputNotFinite(name: name) }
  }

  /// Hands out the contents in the protocol's binary form.
  func withRawBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    switch contents {
    case .tensor(let tensor): try body(UnsafeRawBufferPointer(tensor.bytes))
    case .floats(let numbers): try numbers.withUnsafeBytes(body)
    case .integers(let numbers): try numbers.withUnsafeBytes(body)
    case .texts(let texts):
      try texts.flatMap { text -> [UInt8] in
        withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { Array($0) } + text.utf8
      }.withUnsafeBytes(body)
    }
  }
}

extension [OutputTensor] {
  /// What a pipeline of images gives: a row for each. Images of which fewer classes are told are filled up with empty texts
  /// and −1.
  init(_ classifications: [Classification]) {
    let width = classifications.map(\.labels.count).max() ?? 0
    let shape = [classifications.count, width]
    func rows<Value>(_ value: (Classification.Label) -> Value, else filler: Value) -> [Value] {
      classifications.flatMap { classification in
        (0..<width).map { $0 < classification.labels.count ? value(classification.labels[$0]) : filler }
      }
    }
    self = [
      OutputTensor(name: ModelInterface.label, shape: shape, contents: .texts(rows(\.label, else: ""))),
      OutputTensor(
        name: ModelInterface.index, shape: shape, contents: .integers(rows({ Int64($0.index) }, else: -1))),
      OutputTensor(name: ModelInterface.score, shape: shape, contents: .floats(rows(\.score, else: -1))),
    ]
  }
}

/// A network gave numbers that mean nothing, for numbers that it was given.
struct OutputNotFinite: Error, Equatable, CustomStringConvertible {
  let name: String

  var description: String { "the network's output '\(name)' is not finite for these inputs" }
}
