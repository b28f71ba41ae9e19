import Foundation
import TestSupport
import Testing
import Wire

/// Requests that no honest client sends: each is answered for what it is, and the next one as if nothing had been.
@Suite struct HostileRequestTests {
  private static let path = "/v2/models/classify/infer"
  private static let jpeg = ["Content-Type": "image/jpeg"]

  /// One server for all, so that each request also meets what the ones before have left.
  @Test func allInARow() throws {
    let server = try Server("classify")
    let good = try Repository.image("small.jpg")
    #expect(try server.infer(good).status == 200)
    let before = server.process.highestMemory
    try #require(before > 0)

    for _ in 0..<2 {
      for image in HostileImage.all {
        let response = try server.infer(image.data())
        #expect(response.status == image.status, "\(image.testDescription): \(response.error)")
        #expect(response.error.contains(image.says), "\(image.testDescription): \(response.error)")
        #expect(try server.infer(good).status == 200)
      }
      try Self.tooLarge(server, good)
      try Self.wrongTypes(server, good)
      try Self.notHTTP(server, good)
    }
    #expect(!server.process.hasEnded)
    // The largest bodies were 100 MB; what is kept of them is next to nothing.
    #expect(server.process.highestMemory - before < 200 << 20)
    #expect(try server.terminate() == 0)
  }

  private static func tooLarge(_ server: Server, _ good: Data) throws {
    let connection = try server.connect()
    let body = Data(repeating: 0xFF, count: 100_000_000)
    let announced = try connection.request("POST", path, headers: jpeg, body: body)
    #expect(announced.status == 413 && announced.error.contains("the limit is"), "\(announced.error)")
    #expect(
      try connection.request("POST", path, headers: jpeg, body: good).status == 200, "the connection lives")

    let chunked = try server.connect()
    try chunked.sendHead("POST", path, jpeg.merging(["Transfer-Encoding": "chunked"]) { $1 })
    let chunk = Data("100000\r\n".utf8) + Data(repeating: 0xFF, count: 1 << 20) + Data("\r\n".utf8)
    for _ in 0..<96 { try chunked.send(chunk) }
    try chunked.send("0\r\n\r\n")
    let response = try chunked.response()
    #expect(response.status == 413 && response.error.contains("the limit is"), "\(response.error)")
    #expect(
      try chunked.request("POST", path, headers: jpeg, body: good).status == 200, "the connection lives")
  }

  private static func wrongTypes(_ server: Server, _ good: Data) throws {
    for type in [nil, "text/plain", "application/jsonish", "imagery/jpeg", "application/json"] {
      #expect(try server.infer(good, type: type).status == 200)
      let text = try server.infer(Data("no image".utf8), type: type)
      #expect(text.status == (type == "application/json" ? 400 : 415), "\(text.error)")
    }
    let form = try server.infer(good, type: "multipart/form-data")
    #expect(form.status == 400 && form.error.contains("boundary"), "\(form.error)")
    let misspelt = try server.connect().request("POST", path + "?prioritty=1", headers: jpeg, body: good)
    #expect(misspelt.status == 400 && misspelt.error.contains("'prioritty'"), "\(misspelt.error)")
    let notJSON = try server.infer(Data("no JSON".utf8), type: "application/json")
    #expect(notJSON.status == 400 && notJSON.error.contains("at byte 0"), "\(notJSON.error)")
    #expect(try server.infer(good, type: "IMAGE/JPEG; q=1").status == 200)
  }

  private static func notHTTP(_ server: Server, _ good: Data) throws {
    let oddities = [
      "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "POST \(path) HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
      "POST \(path) HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
      "POST \(path) HTTP/1.1\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
      "GET /v2/health/live HTTP/1.1\r\nX: \(String(repeating: "x", count: 200_000))\r\n\r\n",
    ]
    for text in oddities {
      let connection = try server.connect()
      try connection.send(text)
      let response = try connection.response()
      #expect((400..<500).contains(response.status), "\(response.status) for \(text.prefix(60))")
    }
    #expect(try server.infer(good).status == 200)
  }

  /// Requests that are sent without waiting for answers: each has its own, in their order.
  @Test func pipelinedRequests() throws {
    let server = try Server("classify")
    let image = try Repository.image("small.jpg")
    func post(_ body: Data, _ query: String = "") -> Data {
      let head =
        "POST \(Self.path)\(query) HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: \(body.count)\r\n\r\n"
      return Data(head.utf8) + body
    }
    let get = Data("GET /v2 HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
    let connection = try server.connect()
    try connection.send(
      post(image) + get + post(Data("bad".utf8)) + post(image, "?timeout_us=1") + post(image))
    let statuses = try (0..<5).map { _ in try connection.response().status }
    #expect(statuses == [200, 200, 415, 504, 200])
    // As many as fit into what is read at once, all wrong.
    try connection.send((0..<2000).reduce(into: Data()) { all, _ in all += post(Data("bad".utf8)) })
    for _ in 0..<2000 { #expect(try connection.response().status == 415) }
    #expect(try server.terminate() == 0)
  }

  @Test func clientsThatVanish() throws {
    let server = try Server("classify")
    let good = try Repository.image("medium.jpg")
    for round in 0..<20 {
      let connection = try server.connect()
      try connection.sendHead(
        "POST", Self.path, Self.jpeg.merging(["Content-Length": "\(good.count)"]) { $1 })
      if round > 3 { try connection.send(good.prefix(good.count / 2)) }
      if round > 12 { try connection.send(good.suffix(from: good.count / 2)) }
    }
    #expect(try server.infer(good).status == 200)
    #expect(try server.terminate() == 0)
  }

  /// The same by HTTP/2, whose streams and connections both break off.
  @Test func clientsOfHTTP2ThatVanish() throws {
    let server = try Server("classify")
    let image = try Repository.path(".deps/images/large.jpg")
    for _ in 0..<8 {
      let curl = try ChildProcess(
        "/usr/bin/curl",
        [
          "-s", "--http2-prior-knowledge", "--limit-rate", "1M", "-H", "Content-Type: image/jpeg",
          "--data-binary", "@\(image)", "http://127.0.0.1:\(server.port)\(Self.path)",
        ])
      usleep(200_000)
      curl.signal(SIGKILL)
      #expect(try curl.wait() != 0)
    }
    #expect(try server.infer(Repository.image("medium.jpg")).status == 200)
    #expect(try server.terminate() == 0)
  }

  @Test func manyAtOnce() throws {
    let server = try Server("classify")
    let image = try Repository.image("small.jpg")
    let answers = concurrently(96) { _ in
      // However slow the machine is.
      let path = Self.path + "?timeout_us=600000000"
      return try server.connect().request("POST", path, headers: Self.jpeg, body: image).status
    }
    for answer in answers { #expect(try answer.get() == 200) }
  }

  /// Uploads that stand still cost little memory and stop nobody.
  @Test func slowUploads() throws {
    let server = try Server("classify")
    let image = try Repository.image("medium.jpg")
    #expect(try server.infer(image).status == 200)
    let before = server.process.highestMemory
    var slow: [HTTP1Connection] = []
    for _ in 0..<400 {
      let connection = try server.connect()
      try connection.sendHead(
        "POST", Self.path, Self.jpeg.merging(["Content-Length": "\(image.count)"]) { $1 })
      try connection.send(image.prefix(10_000))
      slow.append(connection)
    }
    #expect(try server.infer(image).status == 200)
    for connection in slow.prefix(3) {
      try connection.send(image.dropFirst(10_000))
      #expect(try connection.response().status == 200)
    }
    #expect(server.process.highestMemory - before < 200 << 20)
  }

  /// What all uploads take together has a limit, also when none says how much it will be.
  @Test func manyLargeUploads() throws {
    let server = try Server("classify")
    let image = try Repository.image("small.jpg")
    #expect(try server.infer(image).status == 200)
    let before = server.process.highestMemory
    let chunk = Data("400000\r\n".utf8) + Data(repeating: 0xFF, count: 4 << 20) + Data("\r\n".utf8)
    var uploads: [HTTP1Connection] = []
    for _ in 0..<150 {
      let connection = try server.connect()
      try connection.sendHead("POST", Self.path, Self.jpeg.merging(["Transfer-Encoding": "chunked"]) { $1 })
      try connection.send(chunk)
      uploads.append(connection)
    }
    var refused = 0
    for connection in uploads {
      try connection.send("0\r\n\r\n")
      let response = try connection.response()
      // 0xFF… is no image; those that had no room were not looked at.
      #expect(response.status == 415 || response.status == 503, "\(response.error)")
      if response.status == 503 { refused += 1 }
    }
    #expect(refused > 0)
    #expect(server.process.highestMemory - before < 1300 << 20)
    #expect(try server.infer(image).status == 200)
  }
}
