import Basics
import Foundation
import HTTPTypes
import NIOCore

/// The HTTP interface of the hosted pipelines, after the Open Inference Protocol: health, metadata,
/// inference, and the extensions that its clients use.
struct PipelineRoutes: Sendable {
  let host: ModelHost
  let inferenceOnly = InferenceOnlyRuns()
  let tracer: Tracer
  /// Maximum bytes of a request's JSON, without binary tensors.
  let maximumJSONBytes: Int
  /// Maximum bytes of a response.
  let maximumAnswerBytes: Int
  /// The endpoints for observing the server, by the path's parts; `nil` for any other path.
  let observation: @Sendable ([String], HTTPRequest) -> ServerResponse?
  let time = MonotonicTime()

  var models: ServedModels { host.models }

  /// - Throws: 404 and 405 for unknown paths and methods, 415 for a body that is no image.
  func route(_ request: HTTPRequest) throws -> Route {
    let path = request.path?.prefix { $0 != "?" } ?? ""
    // `*` and a CONNECT's authority are no paths.
    guard path.utf8.first == UInt8(ascii: "/") else { throw nothing(at: path, request) }
    let parts = path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    guard parts.first == "v2" else { return try observe(parts, request, path) }
    switch (parts.dropFirst().first, parts.count) {
    case (nil, _):
      return try get(request, path) { ServerMetadata.json() }
    case ("health", 3) where parts[2] == "live" || parts[2] == "ready":
      return try get(request, path) { "{\"\(parts[2])\":true}" }
    case ("live", 2):
      return try observe(parts, request, path)
    case ("models", 2):
      try allow([.get, .head], request, path)
      return list()
    case ("models", 3) where parts[2] == "stats":
      return try get(request, path) { ModelStatistics.Values.json(models.pipelines.map(\.statisticsEntry)) }
    case ("models", 3...): return try model(Array(parts.dropFirst(2)), request, path)
    case ("repository", 3...):
      guard let route = repository(Array(parts.dropFirst(2))) else { throw nothing(at: path, request) }
      try allow([.post], request, path)
      return route
    default: throw nothing(at: path, request)
    }
  }

  /// `NAME[/versions/VERSION][/WHAT]`.
  private func model(
    _ parts: [String], _ request: HTTPRequest, _ path: Substring
  ) throws -> Route {
    var rest = parts.dropFirst()
    var version = ""
    if rest.first == "versions", rest.count >= 2 {
      version = rest.dropFirst().first ?? ""
      rest = rest.dropFirst(2)
    }
    let reference = ModelReference(name: Self.decoded(parts[0]), version: version)
    let pipeline = try models.find(reference)
    switch (rest.first, rest.count) {
    case (nil, _): return try get(request, path) { ModelDescription(pipeline).metadata() }
    case ("ready", 1): return try get(request, path) { ModelDescription(pipeline).readiness() }
    case ("config", 1): return try get(request, path) { ModelDescription(pipeline).configuration() }
    case ("stats", 1):
      return try get(request, path) { ModelStatistics.Values.json([pipeline.statisticsEntry]) }
    case ("infer", 1):
      try allow([.post], request, path)
      return try infer(reference, pipeline, request)
    case ("inference-only", 1):
      try allow([.post], request, path)
      return try inferenceOnly.route(to: reference, of: models, request)
    default: throw nothing(at: path, request)
    }
  }

  private func observe(
    _ parts: [String], _ request: HTTPRequest, _ path: Substring
  ) throws -> Route {
    guard let answer = observation(parts, request) else { throw nothing(at: path, request) }
    try allow([.get, .head], request, path)
    return .answer(answer)
  }

  /// A part of a path, percent-decoded.
  static func decoded(_ part: String) -> String {
    part.utf8.contains(UInt8(ascii: "%")) ? part.removingPercentEncoding ?? part : part
  }

  private func get(
    _ request: HTTPRequest, _ path: Substring, _ json: () -> String
  ) throws -> Route {
    try allow([.get, .head], request, path)
    return .answer(ServerResponse(json: json()))
  }

  private func nothing(at path: Substring, _ request: HTTPRequest) -> RequestFailure {
    let parts = path.split(separator: "/").map(String.init).drop { $0 == "v2" }
    let behindModel = parts.first == "models" ? parts.dropFirst(2) : parts
    return RequestFailure(
      .notFound,
      UnsupportedExtension(path: behindModel)?.reason
        ?? "there is nothing at \(request.method.rawValue) \(path); see /v2/models")
  }

  private func allow(
    _ methods: [HTTPRequest.Method], _ request: HTTPRequest, _ path: Substring
  ) throws(HTTPFailure) {
    guard !methods.contains(request.method) else { return }
    let allowed = methods.map(\.rawValue).joined(separator: ", ")
    throw HTTPFailure(
      .methodNotAllowed, "\(path) takes \(allowed), not \(request.method.rawValue)",
      headers: [.allow: allowed])
  }
}

extension HTTPField.Name {
  static let serverTiming = HTTPField.Name("Server-Timing")!
  static let inferenceHeaderLength = HTTPField.Name("Inference-Header-Content-Length")!
}
