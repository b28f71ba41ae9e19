import Foundation
import TestSupport
import Testing

/// An image that must be refused, over HTTP with `status`, and in words that contain `says`.
struct HostileImage: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let status: Int
  let says: String
  let data: @Sendable () throws -> Data

  static let all: [HostileImage] = [
    HostileImage(testDescription: "empty body", status: 400, says: "0 bytes") { Data() },
    HostileImage(testDescription: "text", status: 415, says: "not a JPEG, PNG or WebP") {
      Data("this is no image\n".utf8)
    },
    HostileImage(testDescription: "truncated JPEG", status: 400, says: "truncated JPEG") {
      try Repository.image("medium.jpg").prefix(50_000)
    },
    HostileImage(testDescription: "half a JPEG header", status: 400, says: "JPEG") {
      try Repository.image("medium.jpg").prefix(100)
    },
    HostileImage(testDescription: "JPEG that announces twice its rows", status: 400, says: "truncated JPEG") {
      try jpeg { height, width in (height * 2, width) }
    },
    HostileImage(testDescription: "JPEG that announces 65,000 × 65,000", status: 422, says: "65000 × 65000") {
      try jpeg { _, _ in (65_000, 65_000) }
    },
    HostileImage(testDescription: "JPEG of no rows", status: 422, says: "JPEG") {
      try jpeg { _, width in (0, width) }
    },
    HostileImage(testDescription: "PNG of 60,000 × 60,000 in 1 kB", status: 422, says: "60000 × 60000") {
      PNGFile.hollow(width: 60_000, height: 60_000)
    },
    HostileImage(testDescription: "PNG without pixels", status: 400, says: "PNG") {
      PNGFile.hollow(width: 1000, height: 1000)
    },
  ]

  /// A photograph whose header gives another size.
  private static func jpeg(_ change: (Int, Int) -> (Int, Int)) throws -> Data {
    var data = try Repository.image("medium.jpg")
    guard let frame = data.range(of: Data([0xFF, 0xC0])) else { throw CocoaError(.fileReadCorruptFile) }
    let place = frame.lowerBound + 5
    func number(_ at: Int) -> Int { Int(data[at]) << 8 | Int(data[at + 1]) }
    let (height, width) = change(number(place), number(place + 2))
    for (offset, value) in [height >> 8, height & 0xFF, width >> 8, width & 0xFF].enumerated() {
      data[place + offset] = UInt8(value)
    }
    return data
  }
}
