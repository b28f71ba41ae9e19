import ArgumentParser
import Basics
import Load
import Planning
import Serving
import Vision

/// The limits of requests and responses in size and time.
struct LimitOptions: ParsableArguments {
  private static let server = PipelineServer.Configuration()
  private static let images = ImageLimits()
  private static let tensors = TensorLimits()

  @Option(help: ArgumentHelp("Bytes that the body of a request may have.", valueName: "bytes"))
  var maxBodyBytes = server.maximumBodyBytes

  @Option(
    help: ArgumentHelp(
      "Bytes of JSON in one request; binary tensors and images don't count.", valueName: "bytes"))
  var maxJsonBytes = server.maximumJSONBytes

  @Option(
    help: ArgumentHelp(
      "Bytes of a response, and of all responses together that one connection leaves unread.",
      valueName: "bytes"))
  var maxAnswerBytes = server.maximumAnswerBytes

  @Option(
    help: ArgumentHelp(
      "Bytes of one tensor, in or out; a network with a larger one is not loaded.", valueName: "bytes"))
  var maxTensorBytes = tensors.maximumBytes

  @Option(
    help: ArgumentHelp("Bytes of all tensors of a request together, in or out.", valueName: "bytes"))
  var maxRequestTensorBytes = tensors.maximumRequestBytes

  @Option(
    help: ArgumentHelp(
      "Rows of a batch of tensors, where the network leaves their number open.", valueName: "rows"))
  var maxBatch = tensors.maximumBatch

  @Option(help: ArgumentHelp("Bytes of one image's file.", valueName: "bytes"))
  var maxImageBytes = images.maximumBytes

  @Option(
    help: ArgumentHelp(
      "A connection without activity, or whose client reads nothing of its responses, is closed after so long.",
      valueName: "seconds"))
  var idleTimeout = server.idleTimeoutSeconds

  func validate() throws {
    let largest = 1 << 40
    try check("--max-body-bytes", maxBodyBytes, 1024...1 << 30)
    try check("--max-json-bytes", maxJsonBytes, 1024...1 << 30)
    try check("--max-answer-bytes", maxAnswerBytes, 1024...1 << 30)
    try check(TensorLimits.bytesOption, maxTensorBytes, 1024...largest)
    try check(TensorLimits.requestBytesOption, maxRequestTensorBytes, 1024...largest)
    try check(TensorLimits.batchOption, maxBatch, 1...1 << 20)
    try check("--max-image-bytes", maxImageBytes, 1024...1 << 30)
    try check("--idle-timeout", idleTimeout, 1...86_400)
  }

  private func check<Value: Comparable>(_ name: String, _ value: Value, _ range: ClosedRange<Value>) throws {
    guard !range.contains(value) else { return }
    throw ValidationError("\(name) is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
  }

  /// Sets the limits that belong to the server.
  func apply(to configuration: inout PipelineServer.Configuration) {
    configuration.maximumBodyBytes = maxBodyBytes
    configuration.maximumJSONBytes = maxJsonBytes
    configuration.maximumAnswerBytes = maxAnswerBytes
    configuration.idleTimeoutSeconds = idleTimeout
  }

  var tensors: TensorLimits {
    var limits = Self.tensors
    limits.maximumBytes = maxTensorBytes
    limits.maximumRequestBytes = maxRequestTensorBytes
    limits.maximumBatch = maxBatch
    return limits
  }

  var images: ImageLimits {
    var limits = Self.images
    limits.maximumBytes = maxImageBytes
    return limits
  }
}
