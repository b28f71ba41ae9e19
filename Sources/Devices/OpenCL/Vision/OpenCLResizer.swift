import Basics
import Dataflow
import Kernels
import OpenCL
import Vision

/// Resizes and crops batches of decoded pixels to upright squares on an OpenCL device, bit-identical to
/// `ImageResizer`. The squares stay on the device.
///
/// Used by one thread at a time.
final class OpenCLResizer {
  let geometry: CropGeometry
  let filter: ResizeFilter
  private let queue: OpenCLQueue
  private let pool: BufferPool
  private let lines: OpenCLKernel
  private let across: OpenCLKernel
  private var tables = ResizeTableCache()
  /// The work items of a group.
  private static let items = 32

  /// - Throws: `DeviceError`.
  init(geometry: CropGeometry, filter: ResizeFilter, on device: OpenCLDevice) throws(DeviceError) {
    self.geometry = geometry
    self.filter = filter
    queue = try device.makeOpenCLQueue(isProfiled: true)
    pool = BufferPool(of: device)
    let program = try device.program(.pixels)
    lines = try program.kernel("resample_lines")
    across = try program.kernel("resample_across")
  }

  /// - Parameter images: in host memory, decoded for the same geometry and filter, or whole.
  /// - Throws: `ImageError.wrongRegion`, `DeviceError`.
  func resize(_ images: [PixelBuffer]) throws -> [PixelBuffer] {
    let crop = geometry.crop
    let batch = try ResizeBatch(images, geometry, filter, &tables)
    // A kernel reads one byte past the last pixel.
    let source = try pool.take(batch.sourceBytes + 1)
    let narrow = try pool.take(batch.narrowBytes)
    let result = try pool.take(batch.resultBytes)
    let numbers = try pool.take(batch.jobs.count * MemoryLayout<ResizeBatch.Job>.size)
    let tables = try pool.take(batch.tables.count * 4)
    for (image, range) in zip(images, batch.sources) {
      let bytes = UnsafeRawBufferPointer(start: image.mutablePixels, count: image.height * image.rowBytes)
      try queue.write(
        UnsafeRawBufferPointer(rebasing: bytes[range.bytes]), to: source.buffer, at: range.offset)
    }
    try batch.jobs.withUnsafeBytes { jobs in
      try batch.tables.withUnsafeBytes { weights in
        try queue.write(jobs, to: numbers.buffer)
        try queue.write(weights, to: tables.buffer)
        try queue.launch(
          lines,
          [
            .buffer(source.buffer), .buffer(numbers.buffer), .buffer(tables.buffer), .buffer(narrow.buffer),
            .integer(0), .integer(crop), .integer(batch.narrowRow),
          ], over: [crop, (batch.longest + 3) / 4, images.count], inGroupsOf: [Self.items, 1, 1])
        try queue.launch(
          across,
          [
            .buffer(narrow.buffer), .buffer(numbers.buffer), .buffer(tables.buffer), .buffer(result.buffer),
            .integer(images.count), .integer(crop), .integer(3 * crop),
          ],
          over: [(3 * crop + 15) / 16, crop, images.count], inGroupsOf: [Self.items, 1, 1])
        // Writes read the host's memory until here.
        try queue.finish()
      }
    }
    return images.enumerated().map { index, image in
      let square = PixelBuffer(
        width: crop, height: crop, on: DevicePixels(memory: result, offset: index * 3 * crop * crop))
      square.frame = geometry.frame(width: image.region.displayedWidth, height: image.region.displayedHeight)
      return square
    }
  }

  /// The time of moving data since the previous call.
  func takeTransferTime() -> Nanoseconds { queue.takeMoving() }
}
