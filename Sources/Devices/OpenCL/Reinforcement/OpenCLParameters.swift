import Dataflow
import OpenCL
import Reinforcement

/// A network's parameters and gradients on an OpenCL device.
///
/// It belongs to the vector that it mirrors, whose memory it points to.
final class OpenCLParameters: ParameterMirror {
  let backend: OpenCLBackend
  let values: OpenCLBuffer
  /// `nil` for vectors without gradients, such as an optimiser's moments.
  let gradients: OpenCLBuffer?
  let count: Int
  private let host: UnsafeMutableRawBufferPointer
  /// Whether the values here are newer than the host's copy.
  private var isAhead = false

  /// Takes over the vector's values; the caller makes this its mirror.
  init(_ vector: ParameterVector, on backend: OpenCLBackend, hasGradients: Bool) throws(DeviceError) {
    self.backend = backend
    count = vector.count
    host = UnsafeMutableRawBufferPointer(start: vector.values, count: count * 4)
    values = try backend.device.makeOpenCLBuffer(byteCount: count * 4)
    gradients = hasGradients ? try backend.device.makeOpenCLBuffer(byteCount: count * 4) : nil
    // Padding is never written.
    if let gradients { try backend.queue.clear(gradients) }
    try backend.queue.write(UnsafeRawBufferPointer(host), to: values)
    try backend.queue.finish()
  }

  func fetch() {
    guard isAhead else { return }
    backend.attempt { () throws(DeviceError) in try backend.queue.read(values, into: host) }
    backend.finish()
    isAhead = false
  }

  func push() {
    backend.attempt { () throws(DeviceError) in
      try backend.queue.write(UnsafeRawBufferPointer(host), to: values)
    }
    backend.finish()
    isAhead = false
  }

  func copyValues(from other: any ParameterMirror) {
    let other = own(other)
    backend.attempt { () throws(DeviceError) in
      try backend.queue.copy(other.values, to: values, byteCount: count * 4)
    }
    isAhead = true
  }

  func interpolate(towards other: any ParameterMirror, weight: Float) {
    let other = own(other)
    backend.attempt { () throws(DeviceError) in
      try backend.kernels.interpolate(
        backend.queue, values, towards: other.values, weight: weight, count: count)
    }
    isAhead = true
  }

  func step(_ step: AdamUpdate, _ firstMoments: ParameterVector, _ secondMoments: ParameterVector) {
    guard let gradients else { preconditionFailure("parameters with gradients") }
    let (first, second) = (own(firstMoments.mirror), own(secondMoments.mirror))
    backend.attempt { () throws(DeviceError) in
      try backend.kernels.adam(
        backend.queue, step, gradients: gradients, first: first.values, second: second.values, values: values,
        count: count)
    }
    (isAhead, first.isAhead, second.isAhead) = (true, true, true)
  }

  func makeZeros() -> ParameterVector {
    let zeros = ParameterVector(count: count)
    backend.attempt { () throws(DeviceError) in
      zeros.mirror = try OpenCLParameters(zeros, on: backend, hasGradients: false)
    }
    return zeros
  }

  private func own(_ mirror: (any ParameterMirror)?) -> OpenCLParameters {
    guard let mirror = mirror as? OpenCLParameters, mirror.backend === backend, mirror.count == count else {
      preconditionFailure("parameters of different networks or backends")
    }
    return mirror
  }
}
