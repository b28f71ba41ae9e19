import CJPEG
import Kernels
import Vision

/// libjpeg-turbo alone: the region and the scale that the image path chose, into memory made once.
final class BareLibrary {
  struct Failure: Error {}

  private let bytes: UnsafeRawBufferPointer
  private let header: ImageHeader
  private let handle: OpaquePointer
  private let region: cjpeg_region
  private let denominator: UInt32
  private let pixels: UnsafeMutablePointer<UInt8>

  /// `nil` for formats other than JPEG. `bytes` must outlive it.
  init?(
    _ bytes: UnsafeRawBufferPointer, geometry: CropGeometry, filter: ResizeFilter, scale: DecodeScale
  ) throws {
    let header = try ImageHeader(parsing: bytes)
    guard header.format == .jpeg, let handle = cjpeg_create(true) else { return nil }
    let chosen = try ImageDecoder().decode(bytes, header: header, for: geometry, filter: filter, scale: scale)
    self.bytes = bytes
    self.header = header
    self.handle = handle
    region = cjpeg_region(
      x: UInt32(chosen.region.x), y: UInt32(chosen.region.y), width: UInt32(chosen.width),
      height: UInt32(chosen.height))
    denominator = UInt32(chosen.region.denominator)
    // Opening may grow the region by one block on each side.
    pixels = .allocate(capacity: 3 * (chosen.width + 128) * chosen.height)
  }

  deinit {
    cjpeg_destroy(handle)
    pixels.deallocate()
  }

  func decode() throws {
    var region = region
    guard
      cjpeg_open(
        handle, bytes.baseAddress, bytes.count, UInt32(header.width), UInt32(header.height), denominator,
        cjpeg_limits(scans: 32, deadline: .max), &region) == cjpeg_ok,
      cjpeg_read(handle, pixels, 3 * Int(region.width)) == cjpeg_ok
    else { throw Failure() }
  }
}
