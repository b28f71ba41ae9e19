import Foundation

/// Writes an ONNX file of any few operators.
public struct ONNXFile: Sendable {
  /// An extent of a shape: a number, or a name for one that is free.
  public enum Extent: Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    case fixed(Int)
    case named(String)

    public init(integerLiteral value: Int) { self = .fixed(value) }
    public init(stringLiteral value: String) { self = .named(value) }
  }

  public enum Attribute: Sendable {
    case integer(Int)
    case integers([Int])
  }

  private var graph = ProtocolBuffer()
  private let operators: Int

  /// - Parameter operators: the version of the operators.
  public init(operators: Int = 13) {
    self.operators = operators
    graph.add(2, "test")
  }

  public var data: Data {
    var model = ProtocolBuffer()
    model.add(1, 8)
    model.add(8) {
      $0.add(1, "")
      $0.add(2, operators)
    }
    model.add(7, graph.bytes)
    return model.bytes
  }

  /// Of float32.
  ///
  /// - Parameter shape: `nil` for one that the file doesn't tell.
  public mutating func input(_ name: String, _ shape: [Extent]?) { input(name, .float32, shape) }

  public mutating func output(_ name: String, _ shape: [Extent]?) { output(name, .float32, shape) }

  public mutating func input(_ name: String, _ element: ONNXModel.Element, _ shape: [Extent]?) {
    graph.add(11) { Self.value(&$0, name, element, shape) }
  }

  public mutating func output(_ name: String, _ element: ONNXModel.Element, _ shape: [Extent]?) {
    graph.add(12) { Self.value(&$0, name, element, shape) }
  }

  public mutating func node(
    _ operation: String, _ inputs: [String], _ outputs: [String], _ attributes: [String: Attribute] = [:]
  ) {
    graph.add(1) { node in
      for input in inputs { node.add(1, input) }
      for output in outputs { node.add(2, output) }
      node.add(3, outputs[0])
      node.add(4, operation)
      for (name, value) in attributes {
        node.add(5) { attribute in
          attribute.add(1, name)
          switch value {
          case .integer(let integer):
            attribute.add(3, integer)
            attribute.add(20, 2)
          case .integers(let integers):
            for integer in integers { attribute.add(8, integer) }
            attribute.add(20, 7)
          }
        }
      }
    }
  }

  public mutating func constant(_ name: String, _ shape: [Int], _ numbers: [Float]) {
    constant(name, shape, .float32, numbers.withUnsafeBytes { Data($0) })
  }

  public mutating func constant(_ name: String, _ shape: [Int], integers: [Int64]) {
    constant(name, shape, .int64, integers.withUnsafeBytes { Data($0) })
  }

  private mutating func constant(_ name: String, _ shape: [Int], _ element: ONNXModel.Element, _ bytes: Data)
  {
    graph.add(5) { tensor in
      for extent in shape { tensor.add(1, extent) }
      tensor.add(2, element.rawValue)
      tensor.add(8, name)
      tensor.add(9, bytes)
    }
  }

  private static func value(
    _ value: inout ProtocolBuffer, _ name: String, _ element: ONNXModel.Element, _ shape: [Extent]?
  ) {
    value.add(1, name)
    value.add(2) { type in
      type.add(1) { tensor in
        tensor.add(1, element.rawValue)
        guard let shape else { return }
        tensor.add(2) { dimensions in
          for extent in shape {
            dimensions.add(1) { dimension in
              switch extent {
              case .fixed(let number): dimension.add(1, number)
              case .named(let name): dimension.add(2, name)
              }
            }
          }
        }
      }
    }
  }
}
