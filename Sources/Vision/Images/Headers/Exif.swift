import Basics
import Dataflow

/// The orientation in EXIF metadata, read as Pillow reads it.
enum Exif {
  /// The orientation in the first directory of a TIFF structure (EXIF 2.3, 4.5), with or without JPEG's
  /// marker.
  ///
  /// Time is linear in the directory, which has at most 65,535 entries.
  ///
  /// - Returns: `up` for an invalid orientation; `nil` without a value, as in damaged metadata.
  static func orientation(payload: UnsafeRawBufferPointer) -> Orientation? {
    var marked = ByteReader(payload)
    while marked.skip(ifNext: "Exif\0\0") {}
    let tiff = UnsafeRawBufferPointer(rebasing: payload[marked.position...])
    var reader = ByteReader(tiff)
    if reader.skip(ifNext: "II") {
      reader.isLittleEndian = true
    } else if !reader.skip(ifNext: "MM") {
      return nil
    }
    guard reader.skip(ifNext: "\0\u{2A}") || reader.skip(ifNext: "\u{2A}\0"),
      let offset = reader.uint32(), offset <= tiff.count
    else { return nil }
    reader.position = offset
    guard let count = reader.uint16() else { return nil }
    var orientation: Orientation?
    for _ in 0..<count {
      guard let entry = Entry(reading: &reader, of: tiff) else { break }
      if entry.tag == 0x0112, let value = entry.value { orientation = Orientation(number: value) ?? .up }
    }
    return orientation
  }

  /// An entry of a directory. Values of more than four bytes lie elsewhere.
  private struct Entry {
    let tag: Int
    /// The first number, 0 for an invalid one; `nil` if there is none.
    let value: Double?

    /// `nil` where the directory ends early, or a value lies outside.
    init?(reading reader: inout ByteReader, of tiff: UnsafeRawBufferPointer) {
      guard let tag = reader.uint16(), let type = reader.uint16(), let count = reader.uint32(),
        let field = reader.slice(4)
      else { return nil }
      self.tag = tag
      guard let type = FieldType(rawValue: type), count > 0 else {
        value = nil
        return
      }
      var values = ByteReader(field, isLittleEndian: reader.isLittleEndian)
      if count * type.byteCount > field.count {
        guard let offset = values.uint32() else { return nil }
        values = ByteReader(tiff, isLittleEndian: reader.isLittleEndian)
        guard values.skip(offset), values.remaining >= count * type.byteCount else { return nil }
      }
      value = type.firstNumber(&values)
    }
  }

  /// The type of a value (TIFF 6.0, and its supplements).
  private enum FieldType: Int {
    case byte = 1
    case ascii, short, long, rational, signedByte, undefined, signedShort, signedLong, signedRational, float,
      double, directory
    case long8 = 16

    var byteCount: Int {
      switch self {
      case .byte, .ascii, .signedByte, .undefined: 1
      case .short, .signedShort: 2
      case .long, .signedLong, .float, .directory: 4
      case .rational, .signedRational, .double, .long8: 8
      }
    }

    /// Pillow reads bytes as text, not as numbers.
    func firstNumber(_ reader: inout ByteReader) -> Double? {
      switch self {
      case .byte, .ascii, .undefined: 0
      case .short, .long, .directory, .signedByte, .signedShort, .signedLong:
        // Orientations are small, so that a sign makes no difference.
        reader.integer(byteCount: byteCount).map { Double($0) }
      case .long8: reader.bits(byteCount: 8).map { Double($0) }
      case .rational, .signedRational:
        reader.uint32().flatMap { numerator in reader.uint32().map { Double(numerator) / Double($0) } }
      case .float: reader.uint32().map { Double(Float(bitPattern: UInt32($0))) }
      case .double: reader.bits(byteCount: 8).map(Double.init(bitPattern:))
      }
    }
  }
}

extension Orientation {
  /// `nil` for anything but the eight numbers.
  fileprivate init?(number: Double) {
    guard let value = Int(exactly: number) else { return nil }
    self.init(rawValue: value)
  }
}
