import Basics
import Dataflow
import Foundation
import Vision

extension HostedPipeline {
  /// One image, or one set of tensors, on its way through the pipeline.
  struct Input: Sendable {
    let values: [any Sendable]
    let bytes: Int
    var pixels: Int?
    var inferences = 1
    /// The header of an image.
    var header: ImageHeader?

    var size: RequestSize {
      header.map { RequestSize(bytes: bytes, image: $0) } ?? RequestSize(bytes: bytes)
    }
  }

  /// The result of an input.
  struct Finished: Sendable {
    let result: ItemResult
    let attribution: Attribution?
  }

  /// Accepts the images or tensors of a request, without waiting.
  ///
  /// - Parameters:
  ///   - span: the request's span.
  ///   - verify: throws if the results are no response to this request, which then counts as failed; called
  ///     when no stage has thrown. Writing the response throws the same again.
  ///   - completion: called once, on any thread, when all are done; must not block.
  /// - Throws: `AdmissionError`; `RuntimeError.closed`.
  func run(
    _ inputs: [Input], _ terms: RequestOptions, span: RequestSpan? = nil,
    verify: @escaping @Sendable ([Finished]) throws -> Void = { _ in },
    completion: @escaping @Sendable ([Finished]) -> Void
  ) throws -> any Cancellable {
    let arrival = recorder.time.now
    let set = RequestSet(count: inputs.count) { [self] results in
      let finished = results.map { result in
        Finished(
          result: result,
          attribution: result.item == 0 ? nil : recorder.attribution(of: result, in: pipeline.graph))
      }
      note(inputs, finished, error(of: finished, verify), arrival, span)
      completion(finished)
    }
    do {
      var turns: Nanoseconds = 0
      for (index, input) in inputs.enumerated() {
        let ticket = try submit(input.values, input.size, terms, behind: turns) { set.finish(index, $0) }
        set.add(ticket)
        turns = turns.addingReportingOverflow(ticket.turn).partialValue
      }
    } catch RuntimeError.closed {
      set.abandon()
      throw RuntimeError.closed  // Not recorded: another pipeline may take the request.
    } catch {
      set.abandon()
      note(inputs, error, arrival, span)
      throw error
    }
    return set
  }

  /// Accepts a request of the Open Inference Protocol, without waiting.
  ///
  /// - Parameter completion: called once, on any thread, with a closure that makes the response or throws.
  func infer(
    _ request: InferenceRequest, span: RequestSpan? = nil,
    completion: @escaping @Sendable (@escaping @Sendable () throws -> InferenceResponse) -> Void
  ) throws -> any Cancellable {
    let inputs = try recordingInvalid(span) { try self.inputs(of: request) }
    let verify: @Sendable ([Finished]) throws -> Void = { [self] in _ = try outputs(of: $0, for: request) }
    return try run(inputs, request.terms, span: span, verify: verify) { [self] finished in
      completion { [self] in
        let outputs = try outputs(of: finished, for: request)
        let slowest = finished.compactMap(\.attribution).max { $0.total < $1.total }
        return InferenceResponse(
          model: name, version: version, id: request.id,
          outputs: zip(outputs, request.outputs).map { ($0, $1.isBinary) }, attribution: slowest)
      }
    }
  }

  private func inputs(of request: InferenceRequest) throws -> [Input] {
    switch request.payload {
    case .tensors(let tensors):
      let bytes = tensors.reduce(0) { $0 + $1.bytes.count }
      return [Input(values: tensors, bytes: bytes, inferences: request.batch)]
    case .images(let images):
      let inputs = try images.enumerated().map { index, data in
        do {
          return try input(of: data).input
        } catch let error as ImageError where images.count > 1 {
          throw InferenceRequestError.unfit("image \(index): \(error)")
        }
      }
      try checkMaps(inputs.compactMap(\.header))
      return inputs
    }
  }

  /// Refuses images whose maps make no tensor, or one that is too large: their headers say so before any work.
  ///
  /// - Throws: `MapSizesError`; `EngineError.tooLarge`.
  private func checkMaps(_ headers: [ImageHeader]) throws {
    let sides = headers.map { (height: $0.displayedHeight, width: $0.displayedWidth) }
    let bytes = sides.reduce(0) { $0 + pipeline.mapBytes(pixels: $1.height * $1.width) }
    guard bytes > 0, let first = sides.first else { return }
    if let other = sides.first(where: { $0 != first }) { throw MapSizesError(first: first, second: other) }
    try pipeline.limits.check("the map of \(headers.count.counted("image"))", bytes: bytes)
  }

  /// Checks an image's header.
  func input(of data: Data) throws -> (input: Input, image: EncodedImage) {
    let image = try EncodedImage(data, limits: limits)
    let pixels = image.header.displayedWidth * image.header.displayedHeight
    return (Input(values: [image], bytes: data.count, pixels: pixels, header: image.header), image)
  }

  /// The outputs that the request asks for.
  ///
  /// - Throws: a stage's error; an error for a tensor that can't be given as requested.
  private func outputs(of finished: [Finished], for request: InferenceRequest) throws -> [OutputTensor] {
    let all = try outputs(of: finished)
    return try request.outputs.map { output in
      let tensor = all[output.position]
      if !output.isBinary { try tensor.checkJSON() }
      return tensor
    }
  }

  private func outputs(of finished: [Finished]) throws -> [OutputTensor] {
    switch pipeline.signature {
    case .image:
      let outputs = try finished.enumerated().map { index, finished in
        do {
          try check(finished.result)
          return try pipeline.output(of: finished.result)
        } catch let error as ImageError where index > 0 {
          throw InferenceRequestError.unfit("image \(index): \(error)")
        }
      }
      return try pipeline.tensors(outputs)
    case .tensors(_, let outputs):
      try check(finished[0].result)
      return try outputs.enumerated().map { index, output in
        let tensor = try finished[0].result.output(index, as: Tensor.self)
        return OutputTensor(name: output.name, shape: tensor.shape, contents: .tensor(tensor))
      }
    }
  }

  /// The error of a request; `nil` if it succeeded.
  private func error(of finished: [Finished], _ verify: ([Finished]) throws -> Void) -> (any Error)? {
    if let error = finished.lazy.compactMap(\.result.error).first { return error }
    do {
      if pipeline.signature.takesImages {
        for finished in finished { _ = try pipeline.output(of: finished.result) }
      }
      try verify(finished)
      return nil
    } catch {
      return error
    }
  }

  /// Records requests that turn out to be invalid.
  func recordingInvalid<Result>(_ span: RequestSpan? = nil, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      note([], error, recorder.time.now, span)
      throw error
    }
  }

  private func note(
    _ inputs: [Input], _ finished: [Finished], _ error: (any Error)?, _ arrival: Nanoseconds,
    _ span: RequestSpan?
  ) {
    note(
      RequestRecord(
        model: name, version: version, outcome: error.map(RequestRecord.Outcome.init) ?? .ok,
        arrival: arrival,
        completion: finished.map(\.result.completion).max() ?? arrival,
        parts: zip(inputs, finished).map { input, finished in
          RequestRecord.Part(
            bytes: input.bytes, pixels: input.pixels, inferences: input.inferences,
            attribution: finished.attribution)
        }, span: span))
  }

  private func note(_ inputs: [Input], _ error: any Error, _ arrival: Nanoseconds, _ span: RequestSpan?) {
    note(
      RequestRecord(
        model: name, version: version, outcome: RequestRecord.Outcome(error), arrival: arrival,
        completion: recorder.time.now,
        parts: inputs.map {
          RequestRecord.Part(bytes: $0.bytes, pixels: $0.pixels, inferences: $0.inferences)
        }, span: span))
  }
}
