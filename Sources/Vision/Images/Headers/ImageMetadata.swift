/// The metadata of an image's orientation, collected first and read when complete.
struct ImageMetadata {
  var exif: UnsafeRawBufferPointer?
  var xmp: UnsafeRawBufferPointer?

  /// EXIF's; XMP's if EXIF has none.
  var orientation: Orientation {
    exif.flatMap(Exif.orientation) ?? xmp.flatMap(XMP.orientation) ?? .up
  }
}
