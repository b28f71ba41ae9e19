import Foundation
import TestSupport
import Testing
import Vision

@testable import Load

/// Files that NumPy has written itself, and damaged ones.
@Suite struct NumPyArrayTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func save(_ expression: String, _ statement: String = "np.save(path, array)") throws -> String {
    let path = folder.path + "/array.npy"
    let script = "import numpy as np; path = '\(path)'; array = \(expression); \(statement)"
    let python = try ChildProcess(Repository.path(".deps/python/bin/python"), ["-c", script])
    try #require(python.wait() == 0, "\(python.standardError)")
    return path
  }

  @Test func typesAndShapes() throws {
    for (expression, type, shape, bytes) in [
      ("np.arange(6, dtype='<f4').reshape(2, 3)", "FP32", [2, 3], 24),
      ("np.float16(1.5)", "FP16", [], 2), ("np.zeros((0, 4), 'i8')", "INT64", [0, 4], 0),
      ("np.array([True, False])", "BOOL", [2], 2), ("np.zeros((1, 2, 1), 'u1')", "UINT8", [1, 2, 1], 2),
    ] {
      let array = try NumPyArray(save(expression))
      #expect(
        array.element.datatype == type && array.shape == shape && array.bytes.count == bytes, "\(expression)")
    }
    let first = try NumPyArray(save("np.arange(3, dtype='<i4')"))
    #expect(Array(first.bytes) == [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0])
    let third = try save(
      "np.arange(3)", "np.lib.format.write_array(open(path, 'wb'), array, version=(3, 0))")
    #expect(try NumPyArray(third).shape == [3])
  }

  @Test(arguments: [
    ("np.zeros((2, 3), order='F')", "by columns"), ("np.zeros(3, '>f4')", "big-endian"),
    ("np.zeros(3, 'c8')", "type c8"), ("np.array(['a'])", "type U1"),
  ])
  func refuses(expression: String, reason: String) throws {
    let path = try save(expression)
    let error = #expect(throws: (any Error).self) { try NumPyArray(path) }
    #expect("\(try #require(error))".contains(reason), "\(String(describing: error))")
  }

  /// Cut off, or lengthened, or changed anywhere: an array or an error.
  @Test func damage() throws {
    let whole = try Data(contentsOf: URL(filePath: save("np.arange(20, dtype='f4').reshape(4, 5)")))
    for count in 0..<whole.count { #expect(throws: (any Error).self) { try NumPyArray(whole.prefix(count)) } }
    #expect(throws: (any Error).self) { try NumPyArray(whole + [0]) }
    var random = SeededGenerator(seed: 1)
    for _ in 0..<5000 {
      var bytes = whole
      bytes[Int.random(in: 0..<128, using: &random)] = .random(in: 0...255, using: &random)
      if let array = try? NumPyArray(bytes) {
        #expect(array.element.byteCount(array.shape) == array.bytes.count)
      }
    }
  }
}
