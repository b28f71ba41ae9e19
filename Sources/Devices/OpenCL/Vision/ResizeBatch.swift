import Dataflow
import Kernels
import OpenCL
import Vision

/// The kernels' description of a batch of images to resize, with places in memory.
struct ResizeBatch {
  /// As `PixelProgram` describes it.
  struct Job {
    var source, line, pixel, lines, result, table, taps: Int64

    init(source: Int, line: Int, pixel: Int, lines: Int, result: Int, table: Int, taps: Int) {
      self.source = Int64(source)
      self.line = Int64(line)
      self.pixel = Int64(pixel)
      self.lines = Int64(lines)
      self.result = Int64(result)
      self.table = Int64(table)
      self.taps = Int64(taps)
    }
  }

  /// Each image's needed bytes, and their offset in the batch.
  private(set) var sources: [(bytes: Range<Int>, offset: Int)] = []
  /// The jobs along lines, then those across.
  let jobs: [Job]
  private(set) var tables: [Int32] = []
  private(set) var sourceBytes = 0
  private(set) var narrowBytes = 0
  let resultBytes: Int
  /// The bytes of a line between the passes, in whole vectors.
  let narrowRow: Int
  /// The most lines of an image.
  private(set) var longest = 0

  /// - Throws: `ImageError.wrongRegion`.
  init(
    _ images: [PixelBuffer], _ geometry: CropGeometry, _ filter: ResizeFilter, _ cache: inout ResizeTableCache
  ) throws(ImageError) {
    let crop = geometry.crop
    narrowRow = (3 * crop + 15) / 16 * 16
    resultBytes = images.count * 3 * crop * crop
    var (along, across): ([Job], [Job]) = ([], [])
    for (index, image) in images.enumerated() {
      let region = image.region
      let needed = try CropSources(of: geometry, filter, in: image)
      let first = needed.rows.lowerBound - region.y
      let bytes = first * image.rowBytes..<(first + needed.rows.count) * image.rowBytes
      let columns = cache.table(
        needed.window.columns, filter: filter, denominator: region.denominator,
        origin: needed.columns.lowerBound)
      let rows = cache.table(
        needed.window.rows, filter: filter, denominator: region.denominator, origin: needed.rows.lowerBound)
      // The pass along the displayed x comes first. If that is a stored column, columns are lines.
      let transposes = needed.window.transposes
      let lines = transposes ? needed.columns.count : needed.rows.count
      along.append(
        Job(
          source: sourceBytes + 3 * (needed.columns.lowerBound - region.x),
          line: transposes ? 3 : image.rowBytes, pixel: transposes ? image.rowBytes : 3, lines: lines,
          result: narrowBytes, table: tables.count, taps: (transposes ? rows : columns).taps))
      tables += (transposes ? rows : columns).numbers
      across.append(
        Job(
          source: narrowBytes, line: narrowRow, pixel: 3, lines: lines, result: index * 3 * crop * crop,
          table: tables.count, taps: (transposes ? columns : rows).taps))
      tables += (transposes ? columns : rows).numbers
      sources.append((bytes, sourceBytes))
      sourceBytes += bytes.count
      narrowBytes += lines * narrowRow
      longest = max(longest, lines)
    }
    jobs = along + across
  }
}
