import Basics
import Foundation
import HTTPTypes
import NIOCore
import Vision

extension PipelineRoutes {
  /// The route of an inference request: an image as the body, or the Open Inference Protocol's JSON, which
  /// binary tensors may follow.
  ///
  /// - Parameter pipeline: the one served when the head comes; the body may meet another one.
  func infer(
    _ reference: ModelReference, _ pipeline: HostedPipeline, _ request: HTTPRequest
  ) throws -> Route {
    guard let span = tracer.span(of: request) else {
      return try infer(reference, pipeline, request, nil)
    }
    return try infer(reference, pipeline, request, span).answered(within: span)
  }

  private func infer(
    _ reference: ModelReference, _ pipeline: HostedPipeline, _ request: HTTPRequest, _ span: RequestSpan?
  ) throws -> Route {
    let content = try InferenceContent(request)
    let form = ResponseForm(accept: request.headerFields[.accept])
    // A body that would be refused need not be kept until it is complete.
    let expected = try pipeline.takesImages && content.mayBeImage ? expect(pipeline, request, span) : nil
    let start = time.now
    return .body(refused: counting(reference, span)) { [models, time] body, reply in
      defer { withExtendedLifetime(expected?.expectation) {} }
      let receive = time.now - start
      return try models.withPipeline(reference) { pipeline in
        let kind = try pipeline.recordingInvalid(span) {
          try body.withUnsafeReadableBytes { try content.kind(of: $0, takesImages: pipeline.takesImages) }
        }
        switch kind {
        case .image(let range):
          let terms = try pipeline.recordingInvalid(span) { try expected?.terms ?? self.terms(of: request) }
          return try self.run(
            body.shared(range), terms, on: pipeline, span, as: form, receive: receive, reply)
        case .tensors(let json, let binary):
          let request = try pipeline.recordingInvalid(span) {
            try self.request(body, json: json, binary: binary, for: pipeline)
          }
          return try pipeline.infer(request, span: span) { makeResponse in
            reply {
              let response = try makeResponse()
              return UnwrittenResponse(maximumBytes: response.maximumBytes) {
                ServerResponse(response, receive: receive)
              }
            }
          }
        }
      }
    }
  }

  /// The expectation to keep until an image is here.
  private func expect(
    _ pipeline: HostedPipeline, _ request: HTTPRequest, _ span: RequestSpan?
  ) throws -> (terms: RequestOptions, expectation: Dispatcher.Lane.Expectation) {
    let terms = try terms(of: request)
    let announced = RequestSize(
      bytes: request.headerFields[.contentLength].flatMap { Int($0) } ?? 0,
      mediaType: request.headerFields[.contentType] ?? "")
    return (terms, try pipeline.recordingInvalid(span) { try pipeline.expect(announced, terms) })
  }

  /// Runs a plain image.
  private func run(
    _ data: Data, _ terms: RequestOptions, on pipeline: HostedPipeline, _ span: RequestSpan?,
    as form: ResponseForm, receive: Nanoseconds, _ reply: @escaping Route.Reply
  ) throws -> any Cancellable {
    let (input, image) = try pipeline.recordingInvalid(span) {
      let input = try pipeline.input(of: data)
      if case .picture(let format) = form {
        // Before any work is done.
        try UnsentResponses.check(
          DrawnPicture.maximumBytes(of: input.1, as: format), atMost: maximumAnswerBytes,
          advice: ResponseAdvice.picture)
      }
      return input
    }
    let start = time.now
    return try pipeline.run([input], terms, span: span) { [time] finished in
      reply {
        let report = try pipeline.report(finished[0], on: image, named: "request")
        let timing = finished[0].attribution.map { ServerTiming($0, receive: receive).value }
        var headers: HTTPFields = [.vary: "Accept"]
        headers[.serverTiming] = timing
        if case .picture(let format) = form, let output = report.output {
          let size = DrawnPicture.maximumBytes(of: image, as: format)
          let timeout = terms.timeout ?? pipeline.settings.defaultTimeout
          var response = UnwrittenResponse(maximumBytes: size) { [headers, time] in
            // Others may have been drawn before.
            guard time.now - start < timeout else { throw AdmissionError.expired(waited: time.now - start) }
            return ServerResponse(
              headers: headers, bytes: try pipeline.draw(output, on: image, as: format),
              type: format.mediaType)
          }
          response.isSlow = true
          response.advice = ResponseAdvice.picture
          return response
        }
        // A large one isn't written on the connection's thread: maps are compressed then.
        var response = UnwrittenResponse(maximumBytes: report.maximumJSONBytes) { [headers] in
          ServerResponse(
            headers: headers, json: InferenceReport.json(pipeline: pipeline.name, items: [report]))
        }
        response.advice = ResponseAdvice.map
        return response
      }
    }
  }

  /// The options in the query, `?priority=0&timeout_us=500000`, for bodies without any.
  private func terms(of request: HTTPRequest) throws(RequestFailure) -> RequestOptions {
    guard let path = request.path, let query = path.firstIndex(of: "?") else { return RequestOptions() }
    return try RequestOptions(query: path[path.index(after: query)...])
  }

  /// Counts requests that are refused before their bodies are here.
  private func counting(_ reference: ModelReference, _ span: RequestSpan?)
    -> @Sendable (RequestFailure) -> Void
  {
    { [models] failure in
      try? models.withPipeline(reference) { try $0.recordingInvalid(span) { throw failure } }
    }
  }

  private func request(
    _ body: ByteBuffer, json: Range<Int>, binary: Range<Int>, for pipeline: HostedPipeline
  ) throws -> InferenceRequest {
    guard json.count <= maximumJSONBytes else {
      let advice =
        pipeline.takesImages
        ? "send each image as the body of a request, or as a binary tensor" : "send binary tensors"
      throw RequestFailure(
        .tooLarge,
        "the JSON has \(json.count.counted("byte")), and the limit is \(maximumJSONBytes) (serve --max-json-bytes); \(advice)"
      )
    }
    return try body.withUnsafeReadableBytes { bytes in
      try InferenceRequest(
        parsing: UnsafeRawBufferPointer(rebasing: bytes[json]),
        binary: UnsafeRawBufferPointer(rebasing: bytes[binary]), for: pipeline.pipeline.signature,
        limits: pipeline.pipeline.limits
      ) { part in
        body.shared(part, of: bytes)
      }
    }
  }
}

extension ServerResponse {
  fileprivate init(_ response: InferenceResponse, receive: Nanoseconds) {
    let (json, binary) = response.json()
    self.init(json: json)
    if let timing = response.attribution {
      headers[.serverTiming] = ServerTiming(timing, receive: receive).value
    }
    if var binary {
      headers[.inferenceHeaderLength] = "\(body.readableBytes)"
      headers[.contentType] = "application/octet-stream"
      body.writeBuffer(&binary)
    }
  }
}

extension HostedPipeline {
  fileprivate var takesImages: Bool { pipeline.signature.takesImages }
}
