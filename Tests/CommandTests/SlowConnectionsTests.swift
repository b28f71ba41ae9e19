import Foundation
import Planning
import TestSupport
import Testing
import Wire

/// Clients that send a byte a second, to have all of a server's connections; and those that come all at once.
@Suite(.serialized, .timeLimit(.minutes(60)))
struct SlowConnectionsTests {
  /// As many as the system lets both this process and the server have.
  @Test func tenThousandTakeNothingFromOthers() throws {
    let count = min(10_000, try Self.raiseFileLimit() - 1000)
    let server = try Server("classify")
    let image = try Repository.image("small.jpg")
    #expect(try server.infer(image).status == 200)
    let before = server.process.highestMemory
    func connect(_ index: Int) throws -> (HTTP1Connection, since: ContinuousClock.Instant) {
      let connection = try server.connect()
      // Every other one has come as far as its body.
      if index % 2 == 0 {
        try connection.sendHead(
          "POST", "/v2/models/classify/infer", ["Content-Type": "image/jpeg", "Content-Length": "10000"])
      }
      return (connection, .now)
    }
    var slow = try (0..<count).map(connect)
    let head = Data("GET /v2/health/live HTTP/1.1\r\nX-Slow: ".utf8)
    for second in 0..<5 {
      let start = ContinuousClock.now
      for (index, (connection, since)) in slow.enumerated() {
        do {
          try connection.send(index % 2 == 0 ? Data([0xFF]) : head.dropFirst(second).prefix(1))
        } catch {
          // On a busy machine this takes so long that the server gives some up.
          #expect(ContinuousClock.now - since > .seconds(50), "\(error)")
          slow[index] = try connect(index)
          if index % 2 == 1 { try slow[index].0.send(head.prefix(second + 1)) }
        }
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

  /// Clients that all come at once, while the server is busy with something else, aren't turned away.
  @Test func manyAtOnce() throws {
    let allowed = try String(contentsOfFile: "/proc/sys/net/core/somaxconn", encoding: .utf8)
    let count = min(
      1500, try Self.raiseFileLimit() - 1000,
      Int(allowed.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0)
    try #require(count > 300, "the system allows too few connections to tell anything")
    let server = try Server("classify")
    server.process.signal(SIGSTOP)
    // Where the queue is full, connecting fails after a while.
    let connections = try (0..<count).map { _ in try server.connect() }
    server.process.signal(SIGCONT)
    for connection in connections { try connection.sendHead("GET", "/v2/health/live", [:]) }
    for connection in connections { #expect(try connection.response().status == 200) }
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
