extension Sequence<UInt8> {
  /// FNV-1a of 64 bits: tells contents apart, but is no match for who wants to deceive.
  package var fnv1a: UInt64 {
    reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
