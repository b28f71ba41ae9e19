import Dataflow
import NIOCore
import Testing

@testable import Serving

@Suite struct RequestBodyTests {
  private static let limits = RequestBody.Limits(maximumBytes: 100, maximumTime: 60)

  private static func body(
    _ parts: [Int], announced: Int? = nil, of budget: ByteBudget = ByteBudget(maximum: 250)
  ) throws(RequestFailure) -> RequestBody {
    var body = try RequestBody(announced: announced, limits: limits, budget: budget)
    for count in parts { try body.append(ByteBuffer(repeating: 7, count: count)) }
    return body
  }

  private static func status(_ make: () throws(RequestFailure) -> RequestBody) -> RequestFailure.Kind? {
    do {
      _ = try make().finish()
      return nil
    } catch {
      return error.kind
    }
  }

  @Test(arguments: [[], [1], [60, 40], [33, 33, 33, 1]]) func takesAll(parts: [Int]) throws {
    let budget = ByteBudget(maximum: 250)
    for announced in [nil, parts.reduce(0, +)] {
      let bytes = try Self.body(parts, announced: announced, of: budget).finish()
      #expect(bytes.readableBytes == parts.reduce(0, +))
      #expect(bytes.readableBytesView.allSatisfy { $0 == 7 })
      #expect(budget.bytesInFlight == 0)
    }
  }

  @Test func tooLarge() {
    let budget = ByteBudget(maximum: 250)
    for (parts, announced) in [([60, 41], nil), ([], 101), ([], .max), ([101], 10), ([], -1)] {
      let status = Self.status { () throws(RequestFailure) in
        try Self.body(parts, announced: announced, of: budget)
      }
      #expect(status == .tooLarge)
    }
    #expect(budget.bytesInFlight == 0)
  }

  /// Few large ones leave room for small ones.
  @Test func largeOnesLeaveRoom() {
    let mebibyte = 1 << 20
    let budget = ByteBudget(maximum: 10 * mebibyte, reserve: 2 * mebibyte)
    let (large, small) = (ByteBudget.Share(of: budget), ByteBudget.Share(of: budget))
    #expect(!large.grow(by: 8 * mebibyte + 1) && large.grow(by: 8 * mebibyte))
    #expect(small.grow(by: mebibyte) && !small.grow(by: 1))
    #expect(budget.bytesInFlight == 9 * mebibyte)
  }

  @Test func breaksOff() {
    #expect(Self.status { () throws(RequestFailure) in try Self.body([60], announced: 61) } == .invalid)
  }

  /// All bodies together have a limit; what one has counts until nobody holds it.
  @Test func noRoom() throws {
    let budget = ByteBudget(maximum: 250)
    let first = try Self.body([100], of: budget)
    var share: ByteBudget.Share? = try Self.body([90], announced: 90, of: budget).share
    // What is only announced takes nothing from others.
    let idle = try Self.body([], announced: 100, of: budget)
    #expect(budget.bytesInFlight == 190 && first.share.bytes == 100)
    _ = try Self.body([60], of: budget)
    for (parts, announced) in [([61], nil), ([61], 61), ([60, 1], nil)] {
      let failure = #expect(throws: RequestFailure.self) {
        try Self.body(parts, announced: announced, of: budget)
      }
      #expect(failure?.kind == .unavailable && failure?.retryAfter == 1)
    }
    #expect(budget.bytesInFlight == 190 && share != nil)
    share = nil
    _ = try Self.body([61], of: budget)
    withExtendedLifetime((first, idle)) {}
  }
}
