import Foundation
import JPEGWriter
import Planning
import TestSupport
import Testing

@testable import Vision

/// JPEGs of any sampling, at any size, of any part: the pixels that libjpeg-turbo gives where nothing is cut away.
@Suite struct SamplingTests {
  /// A component's factors.
  struct Factors: Sendable {
    let horizontal: Int
    let vertical: Int

    static let all = (1...4).flatMap { horizontal in
      (1...4).map { Factors(horizontal: horizontal, vertical: $0) }
    }
  }

  static let orders = [
    jpeg_writer_baseline, jpeg_writer_separate, jpeg_writer_progressive, jpeg_writer_unfinished,
  ]

  @Test(arguments: orders.indices, [1, 3, 4])
  func partEqualsWhole(order: Int, components: Int) throws {
    let (ours, bare) = (JPEGDecoder(maximumScans: 32), JPEGDecoder(maximumScans: 32, isBare: true))
    var random = SeededGenerator(seed: order * 10 + components)
    var count = 0
    for first in Factors.all {
      for other in components == 1 ? [first] : Factors.all {
        let writer = JPEGFile(order: Self.orders[order], components: components, first: first, other: other)
        guard let data = writer.data else { continue }
        count += 1
        for denominator in [1, 2, 4, 8] {
          let (width, height) = writer.size(denominator)
          let all = DecodeRequest(columns: 0..<width, rows: 0..<height, denominator: denominator)
          let whole = try Self.decode(bare, data, all)
          #expect(try Self.decode(ours, data, all).array == whole.array, "\(writer) 1/\(denominator)")
          for filler: UInt8 in [0x55, 0xAA] {
            let request = DecodeRequest(
              columns: random.range(within: width), rows: random.range(within: height),
              denominator: denominator)
            let part = try Self.decode(ours, data, request, filler: filler)
            #expect(
              RegionTests.differences(part, whole, request) == 0, "\(writer) 1/\(denominator) \(request)")
          }
        }
      }
    }
    // libjpeg doesn't write the others: more than ten blocks in a unit, factors of which none is the other's multiple.
    #expect(count > (components == 1 ? 15 : 20))
  }

  /// An image whose end marker is missing, with other bytes in its place or without, is whole if its data is.
  @Test(arguments: orders.indices, [1, 3, 4])
  func wholeWithoutItsEnd(order: Int, components: Int) throws {
    for factors in Factors.all where factors.horizontal <= 2 && factors.vertical <= 2 {
      for interval in [0, 3] {
        let one = Factors(horizontal: 1, vertical: 1)
        var file = JPEGFile(order: Self.orders[order], components: components, first: factors, other: one)
        file.restartInterval = interval
        let data = try #require(file.data)
        let isFinished = Self.orders[order] != jpeg_writer_unfinished
        for trailer: [UInt8] in [
          [], [0], [0xFF], [0, 0, 0xFF, 0x00, 1, 2, 3], Array("SEFH\u{1}trailer of a camera".utf8),
        ] {
          try check(Data(data.dropLast(2)) + trailer, like: isFinished ? data : nil, file)
        }
        // Of the last unit the last bits are missing; then the last rows; then whole scans.
        for missing in [4, 6, 40, data.count / 4, data.count / 2] {
          try check(Data(data.dropLast(missing)), like: nil, file)
        }
      }
    }
  }

  /// What an image's tables were is nothing to the next image, which may have none.
  @Test(arguments: orders.indices, [UInt8(0xC4), 0xDB]) func tablesOfTheImageBefore(order: Int, table: UInt8)
    throws
  {
    let factors = Factors(horizontal: 2, vertical: 2)
    let one = Factors(horizontal: 1, vertical: 1)
    let file = JPEGFile(order: Self.orders[order], components: 3, first: factors, other: one)
    let data = try #require(file.data)
    var poor = data
    while let place = poor.firstRange(of: Data([0xFF, table])) {
      poor.removeSubrange(
        place.lowerBound..<place.upperBound + Int(poor[place.upperBound]) << 8
          + Int(poor[place.upperBound + 1]))
    }
    for isBare in [false, true] {
      let decoder = JPEGDecoder(maximumScans: 32, isBare: isBare)
      let request = DecodeRequest(columns: 0..<50, rows: 0..<40, denominator: 1)
      // libjpeg has codes of its own for baseline images without; they are no other image's.
      let alone = JPEGDecoder(maximumScans: 32, isBare: isBare)
      let expected = Result { try Self.decode(alone, poor, request).array }
      for _ in 0..<2 {
        _ = try Self.decode(decoder, data, request)
        let result = Result { try Self.decode(decoder, poor, request).array }
        switch (result, expected) {
        case (.success(let pixels), .success(let wanted)): #expect(pixels == wanted)
        case (.failure(let error), .failure(let wanted)): #expect("\(error)" == "\(wanted)")
        default: Issue.record("\(result), but alone \(expected)")
        }
      }
    }
  }

  /// Of the whole and of its upper left corner, at two sizes.
  private func check(_ data: Data, like good: Data?, _ file: JPEGFile) throws {
    for denominator in [1, 8] {
      let (width, height) = file.size(denominator)
      for (columns, rows) in [(width, height), (max(width / 2, 1), max(height / 2, 1))] {
        let request = DecodeRequest(columns: 0..<columns, rows: 0..<rows, denominator: denominator)
        let result = Result { try Self.decode(JPEGDecoder(maximumScans: 32), data, request).array }
        guard let good else {
          guard case .failure(ImageError.truncated) = result else {
            Issue.record("\(file) without its end, \(request): \(result)")
            continue
          }
          continue
        }
        let expected = try Self.decode(JPEGDecoder(maximumScans: 32), good, request).array
        #expect(try result.get() == expected, "\(file) \(request)")
      }
    }
  }

  /// - Parameter filler: what the memory was filled with that the pixels come to.
  private static func decode(
    _ decoder: JPEGDecoder, _ data: Data, _ request: DecodeRequest, filler: UInt8 = 0
  ) throws -> PixelBuffer {
    try data.withUnsafeBytes { bytes in
      let header = try ImageHeader(parsing: bytes)
      return try decoder.decode(bytes, header: header, request, pool: .filled(with: filler))
    }
  }
}

/// What `jpeg_writer_write` writes.
struct JPEGFile: CustomStringConvertible {
  let order: jpeg_writer_order
  let components: Int
  let first: SamplingTests.Factors
  /// Of the other components.
  let other: SamplingTests.Factors
  var restartInterval = 0
  var width = 117
  var height = 85

  var description: String {
    "order \(order.rawValue), \(components) components, \(first.horizontal) × \(first.vertical) and "
      + "\(other.horizontal) × \(other.vertical)"
  }

  func size(_ denominator: Int) -> (width: Int, height: Int) {
    ((width + denominator - 1) / denominator, (height + denominator - 1) / denominator)
  }

  /// `nil` for what libjpeg doesn't write.
  var data: Data? {
    let (h, v) = (Int32(first.horizontal), Int32(first.vertical))
    let (x, y) = (Int32(other.horizontal), Int32(other.vertical))
    var options = jpeg_writer_options(
      width: UInt32(width), height: UInt32(height), components: Int32(components), horizontal: (h, x, x, h),
      vertical: (v, y, y, v), order: order, restart_interval: UInt32(restartInterval), quality: 80)
    var bytes: UnsafeMutablePointer<UInt8>?
    let size = jpeg_writer_write(&options, &bytes)
    defer { free(bytes) }
    return bytes.map { Data(bytes: $0, count: size) }
  }
}
