/// The one thing in EXIF metadata that changes pixels.
enum Exif {
  /// Reads the orientation from a TIFF structure (EXIF 2.3, 4.5). Damaged metadata says nothing: upright.
  static func orientation(tiff: UnsafeRawBufferPointer) -> Orientation {
    var reader = ByteReader(tiff)
    if reader.skip(ifNext: "II") {
      reader.isLittleEndian = true
    } else if !reader.skip(ifNext: "MM") {
      return .up
    }
    guard reader.uint16() == 42, let offset = reader.uint32(), offset <= tiff.count else { return .up }
    reader.position = offset
    guard let entries = reader.uint16() else { return .up }
    for _ in 0..<entries {
      guard let tag = reader.uint16(), let type = reader.uint16(), reader.skip(4),
        let value = reader.uint16(),
        reader.skip(2)
      else { return .up }
      let short = 3
      if tag == 0x0112 { return type == short ? Orientation(rawValue: value) ?? .up : .up }
    }
    return .up
  }

  /// The same, from a payload that may begin with the marker which JPEG puts before the TIFF structure.
  static func orientation(payload: UnsafeRawBufferPointer) -> Orientation {
    var reader = ByteReader(payload)
    _ = reader.skip(ifNext: "Exif\0\0")
    return orientation(tiff: UnsafeRawBufferPointer(rebasing: payload[reader.position...]))
  }
}
