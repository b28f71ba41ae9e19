/// What a file says about how its image is to be turned; collected, and read when all is there.
struct ImageMetadata {
  var exif: UnsafeRawBufferPointer?
  var xmp: UnsafeRawBufferPointer?

  /// EXIF's; XMP's if EXIF has none.
  var orientation: Orientation {
    exif.flatMap(Exif.orientation) ?? xmp.flatMap(XMP.orientation) ?? .up
  }
}
