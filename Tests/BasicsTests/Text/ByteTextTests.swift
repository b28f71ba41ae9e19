import Basics
import Testing

struct ByteTextTests {
  @Test(arguments: [
    (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (1_572_864, "1.5 MiB"),
    (3 << 30, "3.0 GiB"), (.max, "8.0 EiB"),
  ])
  func sizes(bytes: Int, text: String) { #expect(byteText(bytes) == text) }

  @Test(arguments: [(0, 0), (7, 7), (99, 99), (100, 100), (101, 100), (1987, 1900), (19_876, 19_000)])
  func twoDigits(number: Int, rounded: Int) { #expect(number.downToTwoDigits == rounded) }
}
