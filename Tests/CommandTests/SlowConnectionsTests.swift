import Foundation
import TestSupport
import Testing

/// Clients that send a byte a second, to have all of a server's connections.
@Suite struct SlowConnectionsTests {
  /// As many as the system lets both this process and the server have.
  @Test(.timeLimit(.minutes(10))) func tenThousandTakeNothingFromOthers() throws {
    let count = min(10_000, try Self.raiseFileLimit() - 1000)
    let server = try Server("classify")
    let image = try Repository.image("small.jpg")
    #expect(try server.infer(image).status == 200)
    let before = server.process.highestMemory
    var slow: [Connection] = []
    for index in 0..<count {
      let connection = try server.connect()
      // Every other one has come as far as its body.
      if index % 2 == 0 {
        try connection.sendHead(
          "POST", "/v2/models/classify/infer", ["Content-Type": "image/jpeg", "Content-Length": "10000"])
      }
      slow.append(connection)
    }
    let head = Data("GET /v2/health/live HTTP/1.1\r\nX-Slow: ".utf8)
    for second in 0..<5 {
      let start = ContinuousClock.now
      for (index, connection) in slow.enumerated() {
        try connection.send(index % 2 == 0 ? Data([0xFF]) : head.dropFirst(second).prefix(1))
      }
      #expect(try server.infer(image).status == 200)
      while ContinuousClock.now - start < .seconds(1) { usleep(10_000) }
    }
    // A connection costs a few kilobytes, its buffers included.
    #expect(server.process.highestMemory - before < count * (32 << 10))
    slow = []
    #expect(try server.infer(image).status == 200)
    #expect(try server.terminate() == 0)
  }

  /// - Returns: how many files this process may have open.
  private static func raiseFileLimit() throws -> Int {
    var limit = rlimit()
    try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
    limit.rlim_cur = limit.rlim_max
    try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
    return Int(clamping: limit.rlim_cur)
  }
}
