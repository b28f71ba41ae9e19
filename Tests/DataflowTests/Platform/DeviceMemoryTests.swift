import Basics
import Dataflow
import TestSupport
import Testing

/// What `Device` promises of memory, by every device of this machine.
@Suite struct DeviceMemoryTests {
  @Test(arguments: Platform.whole.devices.map(\.name))
  func bytesComeBackAsTheyWere(name: String) throws {
    let device = try #require(Platform.whole.device(named: name))
    let (buffer, queue) = (try device.makeBuffer(byteCount: 1000), try device.makeQueue())
    #expect(buffer.byteCount == 1000)
    let sent = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var received = [UInt8](repeating: 0, count: 500)
    try sent.withUnsafeBytes { sent in
      try received.withUnsafeMutableBytes { received in
        try queue.write(UnsafeRawBufferPointer(rebasing: sent[..<600]), to: buffer, at: 0)
        try queue.write(UnsafeRawBufferPointer(rebasing: sent[600...]), to: buffer, at: 600)
        try queue.read(buffer, at: 400, into: received)
        try queue.finish()
      }
    }
    #expect(received == Array(sent[400..<900]))
  }

  @Test(arguments: Platform.whole.devices.map(\.name))
  func nothingIsNoTrouble(name: String) throws {
    let device = try #require(Platform.whole.device(named: name))
    let (buffer, queue) = (try device.makeBuffer(byteCount: 0), try device.makeQueue())
    try queue.write(UnsafeRawBufferPointer(start: nil, count: 0), to: buffer, at: 0)
    try queue.read(buffer, at: 0, into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
    try queue.finish()
  }

  @Test(arguments: Platform.whole.devices.map(\.name))
  func tooMuchIsRefused(name: String) throws {
    let device = try #require(Platform.whole.device(named: name))
    let error = try #require(throws: DeviceError.self) { try device.makeBuffer(byteCount: 1 << 60) }
    #expect(error.device == name)
    #expect("\(error)".hasPrefix("\(name) can't allocate 1.0 EiB: "), "\(error)")
    #expect("\(error)".contains("use smaller batches"), "\(error)")
  }
}
