import Foundation
import TestSupport
import Testing
import Wire

@testable import Vision

/// Results drawn on photographs: by `infer --draw`, and by the server for who accepts pictures.
@Suite struct DrawTests {
  private func decoded(_ data: Data) throws -> PixelBuffer {
    let image = try EncodedImage(data)
    return try image.data.withUnsafeBytes {
      try ImageDecoder().decode($0, header: image.header, for: nil)
    }
  }

  @Test func picturesOfAllPhotographs() throws {
    let folder = try TemporaryFolder()
    let photograph = try Repository.path(".deps/images/small.jpg")
    let png = try Repository.path(".deps/images/coffee.png")
    let turned = try Repository.path(".deps/images/variants/exif-6.jpg")
    let bad = try folder.write("hello".utf8, to: "bad.jpg")
    let run = try Drivetrain.run(
      "infer", "classify", photograph, png, turned, photograph, bad, "--draw", "\(folder.path)/a/b")
    #expect(run.exitCode == 1, "the bad one")
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/a/b").sorted()
    #expect(names == ["coffee.png", "exif-6.jpg", "small-2.jpg", "small.jpg"])
    let drawn = try decoded(Data(contentsOf: URL(filePath: "\(folder.path)/a/b/coffee.png")))
    let plain = try decoded(Data(contentsOf: URL(filePath: png)))
    #expect(drawn.width == plain.width && drawn.height == plain.height)
    // The labels' plates are in the upper left corner; the rest is the photograph, as it was.
    let (before, after) = (plain.withPixels { Array($0) }, drawn.withPixels { Array($0) })
    let half = before.count / 2
    #expect(before[..<half] != after[..<half] && before[half...] == after[half...])
    let upright = try EncodedImage(Data(contentsOf: URL(filePath: "\(folder.path)/a/b/exif-6.jpg")))
    let stored = try EncodedImage(Data(contentsOf: URL(filePath: turned)))
    #expect(upright.header.width == stored.header.displayedWidth)
  }

  /// Drawing into the photographs' own folder would lose them, and what can't be drawn is no reason to lose results.
  @Test func photographsStay() throws {
    let folder = try TemporaryFolder()
    let whole = try Repository.image("small.jpg")
    let photograph = try folder.write(whole, to: "small.jpg")
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/medium.jpg", withDestinationPath: photograph)
    let other = try Repository.path(".deps/images/medium.jpg")
    let run = try Drivetrain.run(
      "infer", "classify", photograph, other, "--draw", folder.path, "--json")
    #expect(run.exitCode == 1 && run.standardError.contains("stays"))
    #expect(try run.json().items.allSatisfy { $0.outputs != nil })
    #expect(try Data(contentsOf: URL(filePath: photograph)) == whole)
  }

  @Test func aFolderThatCannotBeMade() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("".utf8, to: "file")
    let photograph = try Repository.path(".deps/images/small.jpg")
    let run = try Drivetrain.run("infer", "classify", photograph, "--draw", "\(file)/pictures")
    #expect(run.exitCode == 1 && run.standardError.contains("\(file)/pictures"))
  }

  @Test func whatClientsAccept() throws {
    let server = try Server("classify")
    let image = try Repository.image("china.jpg")
    func send(_ accept: String?) throws -> Response {
      var headers = ["Content-Type": "image/jpeg"]
      headers["Accept"] = accept
      return try server.connect().request(
        "POST", "/v2/models/classify/infer", headers: headers, body: image)
    }
    for (accept, type) in [
      ("image/png", "image/png"), ("image/jpeg", "image/jpeg"), ("image/*;q=0.5, text/html", "image/jpeg"),
      ("application/json;q=0.2, image/png;q=0.9", "image/png"), ("*/*", "application/json"),
      ("image/png;q=0", "application/json"), ("text/html", "application/json"),
      ("image/png;q=x", "application/json"),
    ] {
      let response = try send(accept)
      #expect(response.status == 200 && response.headers["content-type"] == type, "\(accept)")
      #expect(response.headers["server-timing"]?.contains("decode") == true)
      #expect(response.headers["vary"]?.contains("Accept") == true)
      guard type != "application/json" else { continue }
      #expect(try decoded(response.body).width == 640)
    }
    #expect(try send(nil).headers["content-type"] == "application/json")
  }
}
