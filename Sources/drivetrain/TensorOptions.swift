import ArgumentParser
import Vision

/// How large what clients send, and what networks give, may become.
struct TensorOptions: ParsableArguments {
  private static let usual = TensorLimits()

  @Option(help: "Bytes of one tensor, in or out; a network with a larger one is not loaded.")
  var maxTensorBytes = usual.maximumBytes

  @Option(help: "Bytes of all tensors of a request together, in or out.")
  var maxRequestTensorBytes = usual.maximumRequestBytes

  @Option(help: "Rows of a batch of tensors, where the network leaves their number open.")
  var maxBatch = usual.maximumBatch

  func validate() throws {
    for (option, value) in [
      (TensorLimits.bytesOption, maxTensorBytes), (TensorLimits.requestBytesOption, maxRequestTensorBytes),
    ] where !(1024...1 << 40).contains(value) {
      throw ValidationError("\(option) must be from 1024 to \(1 << 40)")
    }
    guard (1...1 << 20).contains(maxBatch) else {
      throw ValidationError("\(TensorLimits.batchOption) must be from 1 to \(1 << 20)")
    }
  }

  var limits: TensorLimits {
    var limits = TensorLimits()
    limits.maximumBytes = maxTensorBytes
    limits.maximumRequestBytes = maxRequestTensorBytes
    limits.maximumBatch = maxBatch
    return limits
  }
}
