import Basics
import COpenCL
import Dataflow

/// An in-order queue of commands to an OpenCL device. Used by one thread at a time.
public final class OpenCLQueue: DeviceQueue {
  /// The device's time up to the latest `finish`, if the queue is profiled: running kernels, and moving data
  /// from and to the host.
  public private(set) var computing: Nanoseconds = 0
  public private(set) var moving: Nanoseconds = 0
  let context: OpenCLContext
  package let handle: OpenCLHandle
  private let isProfiled: Bool
  /// The part of `moving` already taken.
  private var takenMoving: Nanoseconds = 0
  /// The commands since the latest `finish`.
  private var commands: [(event: OpaquePointer, action: Action)] = []

  private enum Action: CustomStringConvertible {
    case write(Int)
    case read(Int)
    case copy(Int)
    case clear(Int)
    case run(String)

    var description: String {
      switch self {
      case .write(let count): "write \(byteText(count))"
      case .read(let count): "read \(byteText(count))"
      case .copy(let count): "copy \(byteText(count))"
      case .clear(let count): "clear \(byteText(count))"
      case .run(let kernel): "run kernel '\(kernel)'"
      }
    }
  }

  init(_ context: OpenCLContext, isProfiled: Bool) throws(DeviceError) {
    self.context = context
    self.isProfiled = isProfiled
    handle = try context.make("make a queue") { code in
      context.functions.CreateCommandQueue(
        context.handle.pointer, context.device.pointer, isProfiled ? ocl_queue_profiling : 0, &code)
    }
  }

  deinit {
    // Commands may still use host memory.
    _ = context.functions.Finish(handle.pointer)
    for command in commands { _ = context.functions.ReleaseEvent(command.event) }
    _ = context.functions.ReleaseCommandQueue(handle.pointer)
  }

  /// Copies bytes to the device; `source` must be valid until `finish`.
  public func write(
    _ source: UnsafeRawBufferPointer, to buffer: any Buffer, at offset: Int = 0
  ) throws(DeviceError) {
    guard let start = source.baseAddress else { return }
    try enqueue(.write(source.count), buffer, at: offset, source.count) { memory, event in
      context.functions.EnqueueWriteBuffer(
        handle.pointer, memory, 0, offset, source.count, start, 0, nil, event)
    }
  }

  /// Copies bytes from the device; they are in `destination` after `finish`.
  public func read(
    _ buffer: any Buffer, at offset: Int = 0, into destination: UnsafeMutableRawBufferPointer
  ) throws(DeviceError) {
    guard let start = destination.baseAddress else { return }
    try enqueue(.read(destination.count), buffer, at: offset, destination.count) { memory, event in
      context.functions.EnqueueReadBuffer(
        handle.pointer, memory, 0, offset, destination.count, start, 0, nil, event)
    }
  }

  /// Copies bytes within the device.
  public func copy(
    _ source: any Buffer, at sourceOffset: Int = 0, to destination: any Buffer, at offset: Int = 0,
    byteCount: Int
  ) throws(DeviceError) {
    let (from, to) = (own(source, sourceOffset, byteCount), own(destination, offset, byteCount))
    try enqueue(.copy(byteCount)) { event in
      context.functions.EnqueueCopyBuffer(
        handle.pointer, from, to, sourceOffset, offset, byteCount, 0, nil, event)
    }
  }

  /// Sets every byte of the buffer to zero.
  public func clear(_ buffer: any Buffer) throws(DeviceError) {
    var zero: UInt8 = 0
    try enqueue(.clear(buffer.byteCount), buffer, at: 0, buffer.byteCount) { memory, event in
      context.functions.EnqueueFillBuffer(
        handle.pointer, memory, &zero, 1, 0, buffer.byteCount, 0, nil, event)
    }
  }

  /// Runs a kernel on a grid of up to three dimensions, rounded up to whole groups.
  ///
  /// The group size is explicit: some drivers would compile the kernel again for each of their own choice.
  public func launch(
    _ kernel: OpenCLKernel, _ arguments: [OpenCLArgument], over items: [Int], inGroupsOf group: [Int]
  ) throws(DeviceError) {
    precondition(items.count == group.count && (1...3).contains(items.count), "as many as dimensions")
    try settle { () throws(DeviceError) in try kernel.set(arguments) { own($0, 0, 0) } }
    let global = zip(items, group).map { ($0 + $1 - 1) / $1 * $1 }
    try enqueue(.run(kernel.name)) { event in
      context.functions.EnqueueNDRangeKernel(
        handle.pointer, kernel.handle.pointer, UInt32(items.count), nil, global, group, 0, nil, event)
    }
  }

  public func finish() throws(DeviceError) {
    try context.check(context.functions.Finish(handle.pointer), "finish its work")
    var failure: DeviceError?
    for command in commands {
      let status = information(command.event, OCL_EVENT_STATUS, context.functions.GetEventInfo, Int32(0))
      if status < 0, failure == nil { failure = context.error(status, "\(command.action)") }
      if isProfiled { account(duration(of: command.event), to: command.action) }
      _ = context.functions.ReleaseEvent(command.event)
    }
    commands.removeAll(keepingCapacity: true)
    if let failure { throw failure }
  }

  /// The time of moving since the previous call: for `Firing.transferred`.
  public func takeMoving() -> Nanoseconds {
    defer { takenMoving = moving }
    return moving - takenMoving
  }

  private func account(_ duration: Nanoseconds, to action: Action) {
    switch action {
    case .write, .read: moving += duration
    case .copy, .clear, .run: computing += duration
    }
  }

  private func duration(of event: OpaquePointer) -> Nanoseconds {
    let get = context.functions.GetEventProfilingInfo
    let begin = information(event, OCL_PROFILING_COMMAND_START, get, UInt64(0))
    let end = information(event, OCL_PROFILING_COMMAND_END, get, UInt64(0))
    return end >= begin ? end - begin : 0
  }

  private func information<Number: FixedWidthInteger>(
    _ event: OpaquePointer, _ name: Int,
    _ get: (OpaquePointer, UInt32, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> Int32,
    _ otherwise: Number
  ) -> Number {
    var number = otherwise
    let code = get(event, UInt32(name), MemoryLayout<Number>.size, &number, nil)
    return code == 0 ? number : otherwise
  }

  /// Queues a command for some bytes of a buffer, if there are any.
  private func enqueue(
    _ action: Action, _ buffer: any Buffer, at offset: Int, _ count: Int,
    _ command: (_ memory: OpaquePointer, _ event: UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) throws(DeviceError) {
    guard count > 0 else { return }
    let memory = own(buffer, offset, count)
    try enqueue(action) { command(memory, $0) }
  }

  private func enqueue(
    _ action: Action, _ command: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) throws(DeviceError) {
    var event: OpaquePointer?
    try settle { () throws(DeviceError) in try context.check(command(&event), "\(action)") }
    if let event { commands.append((event, action)) }
  }

  /// On failure, waits for the earlier commands: the caller may then free the memory that they use.
  private func settle(_ body: () throws(DeviceError) -> Void) throws(DeviceError) {
    do {
      try body()
    } catch {
      try finish()
      throw error
    }
  }

  private func own(_ buffer: any Buffer, _ offset: Int, _ count: Int) -> OpaquePointer {
    guard let buffer = buffer as? OpenCLBuffer, buffer.context === context else {
      preconditionFailure("a buffer of another device")
    }
    precondition(offset >= 0 && offset + count <= buffer.byteCount, "beyond the buffer")
    return buffer.handle.pointer
  }
}
