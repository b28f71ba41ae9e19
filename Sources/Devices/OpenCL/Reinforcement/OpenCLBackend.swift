import Basics
import Dataflow
import Kernels
import OpenCL
import Reinforcement

/// Keeps and computes networks on an OpenCL device.
///
/// Everything uses one in-order queue, so that each network reads the earlier ones' results. A wait for a
/// device costs as much as several commands to it, so only the host's reads wait.
public final class OpenCLBackend: NetworkBackend {
  public let device: OpenCLDevice
  let queue: OpenCLQueue
  let kernels: NetworkKernels
  private let staging: StagingMemory
  private var failure: DeviceError?

  /// - Throws: `DeviceError`.
  public init(on device: OpenCLDevice) throws(DeviceError) {
    self.device = device
    queue = try device.makeOpenCLQueue(isProfiled: true)
    kernels = try NetworkKernels(on: device)
    staging = StagingMemory(queue)
  }

  public var deviceName: String { device.name }

  public func adopt(_ network: any Network) throws -> any Network {
    guard let network = network as? any OpenCLPlaceable else {
      throw DeviceError(
        device: device.name, action: "compute a \(type(of: network))", reason: .refused,
        detail: "the type is not OpenCLPlaceable")
    }
    return try network.placed(on: self)
  }

  public func check() throws { if let failure { throw failure } }

  public func takeTransferTime() -> Nanoseconds { queue.takeMoving() }

  /// Runs an action that may fail, unless one has failed before; the first failure is kept.
  package func attempt(_ body: () throws(DeviceError) -> Void) {
    guard failure == nil else { return }
    do {
      try body()
    } catch {
      failure = error
    }
  }

  /// A copy of a network here; on failure, the host's network, and `check` throws the error.
  func copy(_ network: any Network) -> any Network {
    guard failure == nil else { return network }
    do {
      return try adopt(network)
    } catch {
      failure =
        error as? DeviceError
        ?? DeviceError(
          device: device.name, action: "compute a \(type(of: network))", reason: .refused, detail: "\(error)")
      return network
    }
  }

  /// A matrix of zeros with at least so many rows.
  func makeMatrix(rows: Int, columns: Int) throws(DeviceError) -> DeviceMatrix {
    let block = OpenCLProgramSource.productRows
    let stride = Matrix.stride(columns: columns)
    let buffer = try device.makeOpenCLBuffer(
      byteCount: (max(rows, 1) + block - 1) / block * block * stride * 4)
    try queue.clear(buffer)
    return DeviceMatrix(buffer: buffer, columns: columns, stride: stride)
  }

  /// Copies rows to the device; the view may be reused on return.
  func upload(_ view: MatrixView, to matrix: DeviceMatrix) {
    attempt { () throws(DeviceError) in
      let rows = try staging.take(floats: view.rows * matrix.stride)
      if view.stride == matrix.stride {
        rows.update(from: view.pointer, count: view.rows * view.stride)
      } else {
        let staged = MatrixView(rows, rows: view.rows, columns: view.columns, stride: matrix.stride)
        rows.update(repeating: 0, count: view.rows * matrix.stride)
        for row in 0..<view.rows { staged.copyRow(row, from: view, row: row) }
      }
      try queue.write(
        UnsafeRawBufferPointer(start: rows, count: view.rows * matrix.stride * 4), to: matrix.buffer)
    }
  }

  /// Begins to copy rows from the device; they are valid after `finish`.
  func download(_ matrix: DeviceMatrix, into view: MatrixView) {
    precondition(view.stride == matrix.stride, "a matrix of as many columns")
    attempt { () throws(DeviceError) in
      try queue.read(
        matrix.buffer,
        into: UnsafeMutableRawBufferPointer(start: view.pointer, count: view.rows * view.stride * 4))
    }
  }

  func finish() {
    attempt { () throws(DeviceError) in
      try queue.finish()
      staging.clear()
    }
  }
}

/// A matrix of floats on a device, laid out as in `Matrix`.
struct DeviceMatrix {
  let buffer: OpenCLBuffer
  let columns: Int
  /// The floats from one row to the next.
  let stride: Int
}

/// Host memory for data on its way to a device, so that the sender needn't wait.
private final class StagingMemory {
  private let queue: OpenCLQueue
  private var memory = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
  private var used = 0

  init(_ queue: OpenCLQueue) { self.queue = queue }

  deinit {
    // Nothing is in transit once the queue is done.
    try? queue.finish()
    memory.deallocate()
  }

  /// Memory that is valid until the next queued command is done.
  func take(floats count: Int) throws(DeviceError) -> UnsafeMutablePointer<Float> {
    if used + count > memory.count {
      try queue.finish()
      used = 0
      if count > memory.count {
        memory.deallocate()
        memory = .allocate(capacity: count * 4)
      }
    }
    guard let start = memory.baseAddress else { preconditionFailure("memory has been made") }
    defer { used += count }
    return start + used
  }

  /// Frees all memory, once the queue is done.
  func clear() { used = 0 }
}
