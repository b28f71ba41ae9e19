import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import Vision

extension PipelineRoutes {
  /// JSON above this many bytes is refused: it is read on the thread that serves all connections.
  private static let largestJSON = 4 << 20

  /// A request for inference: an image as the body, or the Open Inference Protocol's JSON, which binary tensors may follow.
  func infer(_ pipeline: HostedPipeline, _ request: HTTPRequest) throws(HTTPFailure) -> Route {
    guard let span = telemetry.tracer.span(of: request) else { return try infer(pipeline, request, nil) }
    return try infer(pipeline, request, span).answered(within: span)
  }

  private func infer(
    _ pipeline: HostedPipeline, _ request: HTTPRequest, _ span: RequestSpan?
  ) throws(HTTPFailure) -> Route {
    let type = request.headerFields[.contentType]
    let mediaType = type?.prefix(while: { $0 != ";" }).lowercased().filter { $0 != " " }
    if let length = request.headerFields[.inferenceHeaderLength] {
      guard let length = Int(length), (1...Self.largestJSON).contains(length) else {
        throw HTTPFailure(
          .badRequest,
          "Inference-Header-Content-Length is '\(length)'; it must be from 1 to \(Self.largestJSON)")
      }
      return protocolRequest(pipeline, headerLength: length, span)
    }
    if mediaType == "application/json" { return protocolRequest(pipeline, headerLength: nil, span) }
    guard case .image = pipeline.pipeline.signature, mediaType?.hasPrefix("image/") ?? false else {
      let image =
        pipeline.pipeline.signature == .image
        ? "the image as the body with Content-Type image/jpeg, image/png or image/webp, or " : ""
      throw HTTPFailure(
        .unsupportedMediaType,
        "send \(image)tensors as JSON with Content-Type application/json, not \(type ?? "without one")")
    }
    return try image(pipeline, request, span)
  }

  private func image(
    _ pipeline: HostedPipeline, _ request: HTTPRequest, _ span: RequestSpan?
  ) throws(HTTPFailure) -> Route {
    let terms = try terms(of: request)
    return .body { body, reply in
      let (input, image) = try pipeline.recordingInvalid(span) {
        try pipeline.input(of: body.shared(0..<body.readableBytes))
      }
      return try pipeline.run([input], terms, span: span) { finished in
        reply {
          let report = try pipeline.report(finished[0], on: image, named: "request")
          return HTTPAnswer(
            headers: finished[0].attribution.map { [.serverTiming: ServerTiming($0).value] } ?? [:],
            json: InferenceReport.json(pipeline: pipeline.name, items: [report]))
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
        let value = Int64(pair.drop { $0 != "=" }.dropFirst())
        switch pair.prefix(while: { $0 != "=" }) {
        case "priority": terms.priority = try RequestTerms.priority(value)
        case "timeout_us": terms.timeout = try RequestTerms.timeout(microseconds: value)
        default: break
        }
      }
    } catch {
      throw HTTPFailure(error)
    }
    return terms
  }

  /// - Parameter headerLength: bytes of the JSON, if something else follows it.
  private func protocolRequest(
    _ pipeline: HostedPipeline, headerLength: Int?, _ span: RequestSpan?
  ) -> Route {
    .body { body, reply in
      let request = try pipeline.recordingInvalid(span) {
        try self.request(body, headerLength, for: pipeline)
      }
      return try pipeline.infer(request, span: span) { makeResponse in
        reply {
          let response = try makeResponse()
          let (json, binary) = response.json()
          var answer = HTTPAnswer(json: json)
          if let timing = response.attribution { answer.headers[.serverTiming] = ServerTiming(timing).value }
          if var binary {
            answer.headers[.inferenceHeaderLength] = "\(answer.body.readableBytes)"
            answer.headers[.contentType] = "application/octet-stream"
            answer.body.writeBuffer(&binary)
          }
          return answer
        }
      }
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
