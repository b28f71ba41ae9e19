import Basics
import Vision

/// The maximum size of a response, known before it is written and without reading its numbers.
extension InferenceResponse {
  /// Maximum bytes of the JSON and the binary data behind it.
  ///
  /// - Complexity: O(outputs), and O(texts) where an output is of texts.
  var maximumBytes: Int { maximumBytes { $1 ? $0.rawBytes : $0.maximumJSONBytes } }

  /// Maximum bytes of the gRPC message, in which all numbers are binary.
  var maximumMessageBytes: Int { maximumBytes { tensor, _ in tensor.rawBytes } }

  private func maximumBytes(_ data: (OutputTensor, _ isBinary: Bool) -> Int) -> Int {
    let head = JSONText.maximumBytes(of: model) + JSONText.maximumBytes(of: id ?? "")
    let times = times.reduce(0) { $0 + JSONText.maximumBytes(of: $1.name) + Self.timeBytes }
    return outputs.reduce(Self.headBytes + head + times) {
      $0 + $1.tensor.maximumHeadBytes + data($1.tensor, $1.isBinary)
    }
  }

  /// The keys, braces and version of a response without outputs.
  private static let headBytes = 128
  /// Bytes of one time among the parameters, with its name.
  private static let timeBytes = 32
}

extension OutputTensor {
  /// Its name, datatype and shape, and the key and brackets of its data.
  fileprivate var maximumHeadBytes: Int {
    Self.headBytes + JSONText.maximumBytes(of: name) + shape.count * JSONText.integerBytes
  }

  private static let headBytes = 128

  /// Maximum bytes of its numbers or texts as a JSON list.
  fileprivate var maximumJSONBytes: Int {
    switch contents {
    case .tensor(let tensor): tensor.bytes.count / tensor.element.size * tensor.element.maximumJSONBytes
    case .texts(let texts): texts.reduce(0) { $0 + JSONText.maximumBytes(of: $1) + 1 }
    case .floats(let numbers): numbers.count * JSONText.floatBytes
    case .integers(let numbers): numbers.count * JSONText.integerBytes
    case .bytes(let numbers): numbers.count * JSONText.integerBytes
    }
  }

  /// Bytes of its numbers or texts in the protocol's binary form.
  var rawBytes: Int {
    switch contents {
    case .tensor(let tensor): tensor.bytes.count
    case .texts(let texts): texts.reduce(0) { $0 + $1.utf8.count + 4 }
    case .floats(let numbers): 4 * numbers.count
    case .integers(let numbers): 8 * numbers.count
    case .bytes(let numbers): numbers.count
    }
  }
}

extension ElementType {
  /// Maximum bytes of one number, with its comma.
  fileprivate var maximumJSONBytes: Int {
    switch self {
    case .float16, .float32: JSONText.floatBytes
    case .float64: JSONText.doubleBytes
    case .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64, .bool: JSONText.integerBytes
    }
  }
}
