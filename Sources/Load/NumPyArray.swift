import Basics
import Foundation
import Vision

/// An array in NumPy's file format, versions 1 to 3: numbers in rows, little-endian.
public struct NumPyArray: Sendable {
  public let element: ElementType
  public let shape: [Int]
  public let bytes: Data

  private static let types: [Substring: ElementType] = [
    "f2": .float16, "f4": .float32, "f8": .float64, "b1": .bool,
    "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64,
    "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
  ]
  private static let magic = Data([0x93]) + Data("NUMPY".utf8)

  /// - Throws: `FileError` for a file without an array, or with one that can't be sent.
  public init(_ path: String, atMost limit: Int = 1 << 30) throws(FileError) {
    let data: Data
    do {
      data = try Data.read(path, atMost: limit)
    } catch {
      throw FileError("\(path): \(error)")
    }
    do {
      try self.init(data)
    } catch {
      throw FileError("\(path): \(error)")
    }
  }

  init(_ data: Data) throws(FileError) {
    let data = Data(data)  // Its positions count from 0.
    guard data.count >= 12, data.prefix(6) == Self.magic, (1...3).contains(data[6]) else {
      throw FileError("it is no array of NumPy's; numpy.save makes one")
    }
    let lengthBytes = data[6] == 1 ? 2 : 4
    let length = (0..<lengthBytes).reduce(0) { $0 | Int(data[8 + $1]) << (8 * $1) }
    let begin = 8 + lengthBytes
    guard length <= 1 << 16, data.count - begin >= length else { throw FileError("its header is cut off") }
    let header = String(decoding: data[begin..<begin + length], as: UTF8.self)
    guard let type = header.firstMatch(of: /'descr': '([<>|=])([a-zA-Z]\d+)'/),
      let isByColumns = header.firstMatch(of: /'fortran_order': (True|False)/),
      let extents = header.firstMatch(of: /'shape': \(([\d, ]*)\)/)
    else { throw FileError("its header isn't one of numbers") }
    guard let element = Self.types[type.2] else {
      throw FileError("its numbers are of type \(type.2); save it as another, such as float32")
    }
    guard type.1 != ">" else { throw FileError("its numbers are big-endian; save it as '<\(type.2)'") }
    shape = extents.1.split(separator: ",").compactMap { Int($0.filter(\.isNumber)) }
    guard isByColumns.1 == "False" || shape.count < 2 else {
      throw FileError("it is saved by columns; save numpy.ascontiguousarray of it")
    }
    bytes = data[(begin + length)...]
    guard let size = element.byteCount(shape), size == bytes.count else {
      throw FileError(
        "it has \(bytes.count.counted("byte")) of numbers, which is not what its shape \(shape) takes")
    }
    self.element = element
  }
}
