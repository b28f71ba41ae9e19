import Foundation
import TestSupport
import Wire

extension Phase {
  /// Images that are little to send and much to do, and damaged ones: as a body, in JSON and by gRPC. Each is answered, or refused for
  /// what it is.
  static let images = Phase(name: "images", weight: 2, warmUp: warmUpForImages) { run in
    let bombs = try ImageBomb.all(isShort: run.isShort)
    let whole = run.target.samples.images.map { Array($0) }
    try run.rounds(threads: 3) { random in
      var image: Data
      var name = "a damaged image"
      if UInt8.random(in: 0..<20, using: &random) == 0, let bomb = bombs.randomElement(using: &random) {
        (name, image) = (bomb.name, bomb.data)
      } else {
        var bytes = whole.randomElement(using: &random) ?? []
        ByteMutation.damage(&bytes, other: whole.randomElement(using: &random) ?? [], using: &random)
        image = Data(bytes)
      }
      let way = Way.allCases.randomElement(using: &random) ?? .body
      let answer = try way.send(image, to: run.target)
      run.count(name == "a damaged image" ? "damaged images" : "bombs")
      run.count("answered by \(answer)")
      run.expect(
        way.isRight(answer),
        "\(name), \(image.count) bytes, sent as \(way), is answered by \(answer)"
          + (image.count < 3000 ? ": \(image.base64EncodedString())" : ""))
    }
  }

  /// Memory for the pixels of large images is kept for the next ones.
  private static let warmUpForImages: @Sendable (Target) throws -> Void = { target in
    let bombs = try ImageBomb.all(isShort: false)
    for result in concurrently(3, { _ in for bomb in bombs { _ = try Way.body.send(bomb.data, to: target) } })
    {
      try result.get()
    }
  }

  private enum Way: CaseIterable {
    case body, json, grpc

    /// - Returns: the status of the answer.
    func send(_ image: Data, to target: Target) throws -> String {
      let path = "/v2/models/\(SampleRequests.tiny)/infer?timeout_us=60000000"
      switch self {
      case .body: return "\(try target.connect().request("POST", path, body: image).status)"
      case .json:
        let body =
          #"{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["\#(image.base64EncodedString())"]}]}"#
        return "\(try target.connect().request("POST", path, body: Data(body.utf8)).status)"
      case .grpc:
        let connection = try HTTP2Connection(port: target.server.port)
        let id = try connection.call(WideNetwork.infer)
        try connection.send(HTTP2Connection.frame(SampleRequests.message(of: image)), on: id, ends: true)
        return "gRPC's " + (try connection.response(on: id)[trailer: "grpc-status"] ?? "nothing")
      }
    }

    func isRight(_ answer: String) -> Bool {
      switch self {
      case .body, .json: ["200", "400", "413", "415", "422", "503", "504"].contains(answer)
      case .grpc: ["0", "3", "4", "8", "14"].contains(answer.dropFirst("gRPC's ".count))
      }
    }
  }
}

/// An image that is little to send and much to do.
struct ImageBomb: Sendable {
  let name: String
  let data: Data

  static func all(isShort: Bool) throws -> [ImageBomb] {
    let side = isShort ? 1024 : 8192
    let progressive = try Repository.image("variants/progressive.jpg")
    let webp = try Repository.image("variants/lossy.webp")
    return [
      ImageBomb(
        name: "a PNG of 60,000 × 60,000 in a kilobyte", data: PNGFile.hollow(width: 60_000, height: 60_000)),
      ImageBomb(name: "a PNG of 2³¹ - 1 columns", data: PNGFile.hollow(width: 0x7FFF_FFFF, height: 1)),
      ImageBomb(name: "a PNG of nothing", data: PNGFile.black(width: side, height: side)),
      ImageBomb(
        name: "a PNG of nothing, interlaced",
        data: PNGFile.black(width: side, height: side, isInterlaced: true)),
      ImageBomb(name: "a PNG of one row", data: PNGFile.black(width: side * side, height: 1)),
      ImageBomb(name: "a PNG of one column", data: PNGFile.black(width: 1, height: side * side / 8)),
      ImageBomb(name: "a JPEG of many scans", data: scans(progressive, isShort ? 100 : 5000)),
      ImageBomb(
        name: "a large JPEG of many scans", data: scans(sized(progressive, side, side), isShort ? 20 : 200)),
      ImageBomb(name: "a JPEG of 65,500 × 65,500", data: sized(progressive, 65_500, 65_500)),
      ImageBomb(name: "a WebP of many frames", data: animated(webp, isShort ? 20 : 2000)),
    ]
  }

  /// A progressive JPEG whose last scan comes again and again.
  private static func scans(_ jpeg: Data, _ count: Int) -> Data {
    guard let last = jpeg.range(of: Data([0xFF, 0xDA]), options: .backwards) else { return jpeg }
    let scan = jpeg[last.lowerBound..<(jpeg.endIndex - 2)]
    return (0..<count).reduce(into: jpeg.dropLast(2)) { all, _ in all += scan } + Data([0xFF, 0xD9])
  }

  /// A progressive JPEG that announces another size.
  private static func sized(_ jpeg: Data, _ width: Int, _ height: Int) -> Data {
    guard let frame = jpeg.range(of: Data([0xFF, 0xC2])) else { return jpeg }
    var data = jpeg
    for (offset, value) in [height >> 8, height & 0xFF, width >> 8, width & 0xFF].enumerated() {
      data[frame.lowerBound + 5 + offset] = UInt8(value)
    }
    return data
  }

  /// An animation, each of whose frames is the image.
  private static func animated(_ webp: Data, _ count: Int) -> Data {
    func number(_ value: Int, _ bytes: Int) -> Data {
      withUnsafeBytes(of: value.littleEndian) { Data($0.prefix(bytes)) }
    }
    func chunk(_ name: String, _ content: Data) -> Data {
      Data(name.utf8) + number(content.count, 4) + content + Data(count: content.count % 2)
    }
    let image = Data(webp.dropFirst(12))
    let size = number(15_000, 3) + number(15_000, 3)
    let frame = chunk(
      "ANMF", number(0, 6) + number(31, 3) + number(31, 3) + number(100, 3) + Data([0]) + image)
    let all = chunk("VP8X", Data([2, 0, 0, 0]) + size) + chunk("ANIM", Data(count: 6))
    let content = (0..<count).reduce(into: Data("WEBP".utf8) + all) { all, _ in all += frame }
    return chunk("RIFF", content)
  }
}
