import Dataflow

/// A device's declared speed: the bounds of a kernel's time (Williams, Waterman and Patterson, *Roofline*,
/// CACM 2009), and its launch time.
///
/// Small kernels don't keep a large device busy. A kernel of `halfSpeedFlops` operations runs at half speed:
/// the n½ of Hockney and Jesshope (*Parallel Computers*, 1981). So the gain of larger batches diminishes.
public struct Roofline: Sendable, Hashable {
  /// Operations a second of large kernels; `nil`: the device can't compute with floats.
  public var flops: Double?
  public var halfSpeedFlops: Double
  /// Bytes a second of its memory.
  public var bandwidth: Double?
  /// Seconds to start a kernel.
  public var launch: Double
  /// Compressed bytes a second; `nil`: it can't decode.
  public var decode: Double?

  public init(
    flops: Double? = nil, halfSpeedFlops: Double = 0, bandwidth: Double? = nil, launch: Double = 0,
    decode: Double? = nil
  ) {
    self.flops = flops
    self.halfSpeedFlops = halfSpeedFlops
    self.bandwidth = bandwidth
    self.launch = launch
    self.decode = decode
  }

  /// Seconds of a batch of firings; `nil` if the device can't run them.
  public func seconds(of work: Work, batch: Int = 1) -> Double? {
    guard !work.needsHost else { return nil }
    var sum = 0.0
    for kernel in work.kernels {
      guard let seconds = seconds(of: kernel, batch: Double(batch)) else { return nil }
      sum += seconds
    }
    return sum
  }

  private func seconds(of kernel: Work.Kernel, batch: Double) -> Double? {
    func time(_ amount: Double, at speed: Double?, besides constant: Double = 0) -> Double? {
      amount == 0 ? 0 : speed.map { (amount + constant) / $0 }
    }
    guard let computing = time(batch * kernel.flops, at: flops, besides: halfSpeedFlops),
      let moving = time(batch * kernel.bytes + kernel.sharedBytes, at: bandwidth),
      let decoding = time(batch * kernel.entropyBytes, at: decode)
    else { return nil }
    return launch + max(computing, moving, decoding)
  }
}
