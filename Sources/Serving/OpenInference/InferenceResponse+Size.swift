import Basics
import Vision

/// How large an answer is at most, told before it is written and without a look at its numbers.
extension InferenceResponse {
  /// Bytes of the JSON and of what follows it.
  ///
  /// - Complexity: O(outputs), and O(texts) where an output is of texts.
  var maximumBytes: Int { maximumBytes { $1 ? $0.rawBytes : $0.maximumJSONBytes } }

  /// Bytes of the message of gRPC, where all numbers are bytes.
  var maximumMessageBytes: Int { maximumBytes { tensor, _ in tensor.rawBytes } }

  private func maximumBytes(_ data: (OutputTensor, _ isBinary: Bool) -> Int) -> Int {
    let head = JSONText.maximumBytes(of: model) + JSONText.maximumBytes(of: id ?? "")
    let times = times.reduce(0) { $0 + JSONText.maximumBytes(of: $1.name) + Self.timeBytes }
    return outputs.reduce(Self.headBytes + head + times) {
      $0 + $1.tensor.maximumHeadBytes + data($1.tensor, $1.isBinary)
    }
  }

  /// The keys, braces and the version of an answer without outputs.
  private static let headBytes = 128
  /// Of a name and a number among the parameters.
  private static let timeBytes = 32
}

extension OutputTensor {
  /// Its name, datatype and shape, and the key and brackets of its data.
  fileprivate var maximumHeadBytes: Int {
    Self.headBytes + JSONText.maximumBytes(of: name) + shape.count * JSONText.integerBytes
  }

  private static let headBytes = 128

  /// Its numbers or texts as a list of JSON.
  fileprivate var maximumJSONBytes: Int {
    switch contents {
    case .tensor(let tensor): tensor.bytes.count / tensor.element.size * tensor.element.maximumJSONBytes
    case .texts(let texts): texts.reduce(0) { $0 + JSONText.maximumBytes(of: $1) + 1 }
    case .floats(let numbers): numbers.count * JSONText.floatBytes
    case .integers(let numbers): numbers.count * JSONText.integerBytes
    }
  }

  /// Its numbers or texts in the protocol's binary form.
  var rawBytes: Int {
    switch contents {
    case .tensor(let tensor): tensor.bytes.count
    case .texts(let texts): texts.reduce(0) { $0 + $1.utf8.count + 4 }
    case .floats(let numbers): 4 * numbers.count
    case .integers(let numbers): 8 * numbers.count
    }
  }
}

extension ElementType {
  /// Of one number, and the comma behind it.
  fileprivate var maximumJSONBytes: Int {
    switch self {
    case .float16, .float32: JSONText.floatBytes
    case .float64: JSONText.doubleBytes
    case .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64, .bool: JSONText.integerBytes
    }
  }
}
