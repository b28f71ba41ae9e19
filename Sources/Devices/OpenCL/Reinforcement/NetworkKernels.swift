import CKernels
import Dataflow
import Kernels
import OpenCL
import Reinforcement

/// The kernels of a network, each as a function that queues it; `NetworkProgram` has their formulas.
final class NetworkKernels {
  private let product, narrow, back, columnSums, derivative, squares, clip, adam, interpolate: OpenCLKernel
  private let width: Int
  private let group: (line: Int, square: Int)
  /// The partial sums of squares, and the scale computed from them.
  private let parts, scale: OpenCLBuffer
  private static let partCount = 64

  /// - Throws: `DeviceError`.
  init(on device: OpenCLDevice) throws(DeviceError) {
    let source = OpenCLProgramSource.network(vectorBits: device.vectorBits)
    let program = try device.program(source)
    product = try program.kernel("product")
    narrow = try program.kernel("narrow")
    back = try program.kernel("back")
    columnSums = try program.kernel("column_sums")
    derivative = try program.kernel("derivative")
    squares = try program.kernel("squares")
    clip = try program.kernel("clip")
    adam = try program.kernel("adam")
    interpolate = try program.kernel("interpolate")
    width = OpenCLProgramSource.networkWidth(vectorBits: device.vectorBits)
    // A core needs few work items with much work; GPUs need many side by side.
    group = device.isCPU ? (16, 1) : (64, 8)
    parts = try device.makeOpenCLBuffer(byteCount: Self.partCount * 4)
    scale = try device.makeOpenCLBuffer(byteCount: 4)
  }

  /// A matrix's offset in a buffer, and its distances of rows and of elements in a row, in floats.
  struct Operand {
    let buffer: OpenCLBuffer
    var start = 0
    let row: Int
    var step = 1
  }

  /// The operation on sums before they are stored.
  struct Finish {
    private enum Number: Int {
      case none, relu, tanh, reluGradient, tanhGradient
    }

    let number: Int
    let outputs: DeviceMatrix?

    /// The activation.
    init(_ activation: Activation) {
      number =
        switch activation {
        case .none: Number.none.rawValue
        case .relu: Number.relu.rawValue
        case .tanh: Number.tanh.rawValue
        }
      outputs = nil
    }

    /// The product with the activation's derivative at its `outputs`.
    init(derivativeOf activation: Activation, at outputs: DeviceMatrix) {
      number =
        switch activation {
        case .none: Number.none.rawValue
        case .relu: Number.reluGradient.rawValue
        case .tanh: Number.tanhGradient.rawValue
        }
      self.outputs = outputs
    }
  }

  func product(
    _ queue: OpenCLQueue, rows: Int, columns: Int, depth: Int, _ a: Operand, _ b: Operand, bias: Int? = nil,
    into c: Operand, accumulating: Bool = false, _ finish: Finish = Finish(.none)
  ) throws(DeviceError) {
    try queue.launch(
      product,
      [
        .integer(rows), .integer(columns), .integer(depth), .buffer(a.buffer), .integer(a.row),
        .integer(a.step), .buffer(b.buffer), .integer(b.start), .integer(b.row), .integer(bias ?? -1),
        .buffer(c.buffer), .integer(c.start), .integer(c.row), .integer(accumulating ? 1 : 0),
        .integer(finish.number), .buffer(finish.outputs?.buffer ?? a.buffer),
        .integer(finish.outputs?.stride ?? 0),
      ],
      over: [blocks(rows, OpenCLProgramSource.productRows), blocks(columns, 2 * width)],
      inGroupsOf: [group.square, group.square])
  }

  func narrow(
    _ queue: OpenCLQueue, rows: Int, columns: Int, depth: Int, _ a: Operand, _ b: Operand, bias: Int,
    into c: Operand, _ finish: Finish
  ) throws(DeviceError) {
    try queue.launch(
      narrow,
      [
        .integer(rows), .integer(columns), .integer(depth), .buffer(a.buffer), .integer(a.row),
        .buffer(b.buffer), .integer(b.start), .integer(b.row), .integer(bias), .buffer(c.buffer),
        .integer(c.row), .integer(finish.number),
      ], over: [rows], inGroupsOf: [group.line])
  }

  func back(
    _ queue: OpenCLQueue, rows: Int, columns: Int, depth: Int, _ a: Operand, _ b: Operand, into c: Operand,
    accumulating: Bool, _ finish: Finish
  ) throws(DeviceError) {
    let block = OpenCLProgramSource.backBlock
    try queue.launch(
      back,
      [
        .integer(rows), .integer(columns), .integer(depth), .buffer(a.buffer), .integer(a.row),
        .buffer(b.buffer), .integer(b.start), .integer(b.row), .buffer(c.buffer), .integer(c.row),
        .integer(accumulating ? 1 : 0), .integer(finish.number),
        .buffer(finish.outputs?.buffer ?? a.buffer), .integer(finish.outputs?.stride ?? 0),
      ], over: [blocks(rows, block), blocks(columns, block)], inGroupsOf: [group.square, group.square])
  }

  func columnSums(
    _ queue: OpenCLQueue, rows: Int, columns: Int, _ a: Operand, into sums: OpenCLBuffer, at start: Int
  ) throws(DeviceError) {
    try queue.launch(
      columnSums,
      [
        .integer(rows), .integer(columns), .buffer(a.buffer), .integer(a.row), .buffer(sums), .integer(start),
      ], over: [blocks(columns, width)], inGroupsOf: [group.square])
  }

  /// Applies `finish` to each element.
  func apply(
    _ queue: OpenCLQueue, _ finish: Finish, to a: DeviceMatrix, rows: Int
  ) throws(DeviceError) {
    guard let outputs = finish.outputs else { return }
    try queue.launch(
      derivative,
      [
        .integer(rows), .integer(a.columns), .buffer(a.buffer), .integer(a.stride), .integer(finish.number),
        .buffer(outputs.buffer), .integer(outputs.stride),
      ], over: [rows, blocks(a.columns, width)], inGroupsOf: [group.square, group.square])
  }

  /// A step of Adam. The gradients' norm is clipped first if wanted.
  func adam(
    _ queue: OpenCLQueue, _ step: AdamUpdate, gradients: OpenCLBuffer, first: OpenCLBuffer,
    second: OpenCLBuffer, values: OpenCLBuffer, count: Int
  ) throws(DeviceError) {
    if let limit = step.maximumGradientNorm {
      let chunk = blocks(blocks(count, width), Self.partCount) * width
      try queue.launch(
        squares, [.integer(count), .integer(chunk), .buffer(gradients), .buffer(parts)],
        over: [Self.partCount], inGroupsOf: [group.square])
      try queue.launch(
        clip, [.integer(Self.partCount), .buffer(parts), .number(Float(limit)), .buffer(scale)], over: [1],
        inGroupsOf: [1])
    }
    let constants = step.kernelStep().values
    try queue.launch(
      adam,
      [
        .integer(count), .buffer(gradients), .buffer(first), .buffer(second), .buffer(values),
        .integer(step.maximumGradientNorm == nil ? 0 : 1), .buffer(scale),
        .number(constants.one_minus_beta1), .number(constants.one_minus_beta2), .number(constants.step_size),
        .number(constants.root_scale), .number(constants.epsilon),
      ], over: [blocks(count, width)], inGroupsOf: [group.line])
  }

  func interpolate(
    _ queue: OpenCLQueue, _ values: OpenCLBuffer, towards others: OpenCLBuffer, weight: Float, count: Int
  ) throws(DeviceError) {
    try queue.launch(
      interpolate, [.integer(count), .number(weight), .buffer(others), .buffer(values)],
      over: [blocks(count, width)], inGroupsOf: [group.line])
  }

  private func blocks(_ count: Int, _ size: Int) -> Int { (count + size - 1) / size }
}
