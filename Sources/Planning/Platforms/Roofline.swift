import Dataflow

/// How fast a device is, as its maker or measurements say: the bounds of a kernel's time (Williams, Waterman and
/// Patterson, *Roofline*, CACM 2009), with what it takes to start one.
///
/// Small kernels don't keep a large device busy. A kernel of `halfSpeedFlops` operations runs at half of the speed: the
/// n½ of Hockney and Jesshope (*Parallel Computers*, 1981). So larger batches are faster, each by less.
public struct Roofline: Sendable, Hashable {
  /// Operations a second that large kernels reach; `nil`: the device can't compute with floats.
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

  /// Seconds of as many firings as `batch` at once; `nil` if the device lacks what they need.
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
