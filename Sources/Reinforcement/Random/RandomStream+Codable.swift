import Planning

/// Words of 64 bits, which every encoder keeps exactly.
extension RandomStream: Codable {
  private enum CodingKeys: String, CodingKey {
    case state
    case increment
    case spareBits
    case spareNormal
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    state = try Self.join(container.decode([UInt64].self, forKey: .state), decoder)
    increment = try Self.join(container.decode([UInt64].self, forKey: .increment), decoder)
    spareBits = try container.decodeIfPresent(UInt32.self, forKey: .spareBits)
    // As bits: not every encoder keeps every digit.
    spareNormal = try container.decodeIfPresent(UInt64.self, forKey: .spareNormal)
      .map { Double(bitPattern: $0) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.halves(state), forKey: .state)
    try container.encode(Self.halves(increment), forKey: .increment)
    try container.encodeIfPresent(spareBits, forKey: .spareBits)
    try container.encodeIfPresent(spareNormal?.bitPattern, forKey: .spareNormal)
  }

  private static func halves(_ value: UInt128) -> [UInt64] {
    [UInt64(truncatingIfNeeded: value >> 64), UInt64(truncatingIfNeeded: value)]
  }

  private static func join(_ halves: [UInt64], _ decoder: any Decoder) throws -> UInt128 {
    guard halves.count == 2 else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "128 bits are two words, not \(halves.count)")
      )
    }
    return UInt128(halves[0]) << 64 | UInt128(halves[1])
  }
}
