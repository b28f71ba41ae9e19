import Dataflow
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import Vision

extension PipelineRoutes {
  /// JSON above this many bytes is refused: it is read on the thread that serves all connections.
  private static let largestJSON = 4 << 20

  /// A request for inference: an image as the body, or the Open Inference Protocol's JSON, which binary tensors may follow.
  ///
  /// - Parameter pipeline: what is served when the head comes. When the body is here it may be another one.
  func infer(
    _ reference: ModelReference, _ pipeline: HostedPipeline, _ request: HTTPRequest
  ) throws(HTTPFailure) -> Route {
    guard let span = telemetry.tracer.span(of: request) else {
      return try infer(reference, pipeline, request, nil)
    }
    return try infer(reference, pipeline, request, span).answered(within: span)
  }

  private func infer(
    _ reference: ModelReference, _ pipeline: HostedPipeline, _ request: HTTPRequest, _ span: RequestSpan?
  ) throws(HTTPFailure) -> Route {
    if let encoding = request.headerFields[.contentEncoding], encoding.lowercased() != "identity" {
      throw HTTPFailure(
        .unsupportedMediaType, "Content-Encoding '\(encoding)' is not supported; send the body as it is")
    }
    let type = request.headerFields[.contentType]
    let mediaType = type?.prefix(while: { $0 != ";" }).lowercased().filter { $0 != " " }
    if let length = request.headerFields[.inferenceHeaderLength] {
      guard let length = Int(length), (1...Self.largestJSON).contains(length) else {
        throw HTTPFailure(
          .badRequest,
          "Inference-Header-Content-Length is '\(length)'; it must be from 1 to \(Self.largestJSON)")
      }
      return protocolRequest(reference, headerLength: length, span)
    }
    if mediaType == "application/json" { return protocolRequest(reference, headerLength: nil, span) }
    guard pipeline.takesImages, mediaType?.hasPrefix("image/") ?? false else {
      throw Self.wrongType(type, for: pipeline)
    }
    return try image(reference, pipeline, request, span)
  }

  private static func wrongType(_ type: String?, for pipeline: HostedPipeline) -> HTTPFailure {
    let image = "the image as the body with Content-Type image/jpeg, image/png or image/webp, or "
    return HTTPFailure(
      .unsupportedMediaType,
      "send \(pipeline.takesImages ? image : "")tensors as JSON with Content-Type application/json, not \(type ?? "without one")"
    )
  }

  private func image(
    _ reference: ModelReference, _ pipeline: HostedPipeline, _ request: HTTPRequest, _ span: RequestSpan?
  ) throws(HTTPFailure) -> Route {
    let terms = try terms(of: request)
    let announced = request.headerFields[.contentLength].flatMap { Int($0) } ?? 0
    let expectation: Dispatcher.Lane.Expectation
    do {
      expectation = try pipeline.recordingInvalid(span) { try pipeline.expect(bytes: announced, terms) }
    } catch {
      throw HTTPFailure(error)
    }
    let start = time.now
    return .body(refused: counting(reference, span)) { [models, time] body, reply in
      defer { withExtendedLifetime(expectation) {} }
      let receive = time.now - start
      return try models.withPipeline(reference) { pipeline in
        guard pipeline.takesImages else {
          throw Self.wrongType(request.headerFields[.contentType], for: pipeline)
        }
        let (input, image) = try pipeline.recordingInvalid(span) {
          try pipeline.input(of: body.shared(0..<body.readableBytes))
        }
        return try pipeline.run([input], terms, span: span) { finished in
          reply {
            let report = try pipeline.report(finished[0], on: image, named: "request")
            let timing = finished[0].attribution.map { ServerTiming($0, receive: receive).value }
            return HTTPAnswer(
              headers: timing.map { [.serverTiming: $0] } ?? [:],
              json: InferenceReport.json(pipeline: pipeline.name, items: [report]))
          }
        }
      }
    }
  }

  /// `?priority=0&timeout_us=500000` of a request whose body says nothing.
  private func terms(of request: HTTPRequest) throws(HTTPFailure) -> RequestTerms {
    guard let path = request.path, let query = path.firstIndex(of: "?") else { return RequestTerms() }
    var terms = RequestTerms()
    do {
      for pair in path[path.index(after: query)...].split(separator: "&") {
        let (name, value) = (pair.prefix { $0 != "=" }, Int64(pair.drop { $0 != "=" }.dropFirst()))
        switch name {
        case "priority": terms.priority = try RequestTerms.priority(value)
        case "timeout_us": terms.timeout = try RequestTerms.timeout(microseconds: value)
        default:
          throw HTTPFailure(
            .badRequest, "there is no parameter '\(name)' of a request; there are priority and timeout_us")
        }
      }
    } catch {
      throw HTTPFailure(error)
    }
    return terms
  }

  /// - Parameter headerLength: bytes of the JSON, if something else follows it.
  private func protocolRequest(
    _ reference: ModelReference, headerLength: Int?, _ span: RequestSpan?
  ) -> Route {
    let start = time.now
    return .body(refused: counting(reference, span)) { [models, time] body, reply in
      let receive = time.now - start
      return try models.withPipeline(reference) { pipeline in
        let request = try pipeline.recordingInvalid(span) {
          try self.request(body, headerLength, for: pipeline)
        }
        return try pipeline.infer(request, span: span) { makeResponse in
          reply { HTTPAnswer(try makeResponse(), receive: receive) }
        }
      }
    }
  }

  /// Counts requests that are refused before their bodies are here.
  private func counting(_ reference: ModelReference, _ span: RequestSpan?) -> @Sendable (HTTPFailure) -> Void
  {
    { [models] failure in
      try? models.withPipeline(reference) { try $0.recordingInvalid(span) { throw failure } }
    }
  }

  private func request(
    _ body: ByteBuffer, _ headerLength: Int?, for pipeline: HostedPipeline
  ) throws -> InferenceRequest {
    let length = headerLength ?? body.readableBytes
    guard length <= Self.largestJSON else {
      throw HTTPFailure(
        .contentTooLarge,
        "JSON of tensors may have \(Self.largestJSON) bytes; send fewer rows at once, or binary tensors")
    }
    guard length <= body.readableBytes else {
      throw HTTPFailure(
        .badRequest,
        "Inference-Header-Content-Length is \(length), and the body has \(body.readableBytes) bytes")
    }
    return try body.withUnsafeReadableBytes { bytes in
      try InferenceRequest(
        parsing: UnsafeRawBufferPointer(rebasing: bytes[..<length]),
        binary: UnsafeRawBufferPointer(rebasing: bytes[length...]), for: pipeline.pipeline.signature
      ) { part in
        body.shared(part, of: bytes)
      }
    }
  }
}

extension HTTPAnswer {
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
  fileprivate var takesImages: Bool { pipeline.signature == .image }
}

extension ByteBuffer {
  /// A part of the readable bytes, shared and not copied: a request's body is never written again.
  func shared(_ range: Range<Int>) -> Data {
    getData(at: readerIndex + range.lowerBound, length: range.count, byteTransferStrategy: .noCopy) ?? Data()
  }

  /// The same, of a part of the readable bytes as they were handed out.
  func shared(_ part: UnsafeRawBufferPointer, of bytes: UnsafeRawBufferPointer) -> Data {
    guard let base = bytes.baseAddress, let start = part.baseAddress else { return Data() }
    let offset = start - base
    return shared(offset..<(offset + part.count))
  }
}
