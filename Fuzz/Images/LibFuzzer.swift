#if LIBFUZZER
  /// One harness for the process: libFuzzer has one thread.
  nonisolated(unsafe) private let harness = Harness()

  /// libFuzzer calls this with inputs that it chooses by coverage.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    harness.run(Array(UnsafeBufferPointer(start: bytes, count: count)), number: UInt64(count))
    return 0
  }

  @_silgen_name("LLVMFuzzerRunDriver")
  private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
  ) -> CInt

  enum LibFuzzer {
    /// The arguments are libFuzzer's.
    static func run() -> CInt {
      var count = CommandLine.argc
      var arguments = CommandLine.unsafeArgv
      return runDriver(&count, &arguments) { testOneInput($0, $1) }
    }
  }
#endif
