import Foundation
import TestSupport
import Wire

/// The server that is attacked, and one that wants a token, with networks of their own.
final class Target: Sendable {
  static let token = "5esame-Open_43xyz~"

  let server: ServerProcess
  let guarded: ServerProcess
  let repository: RepositoryFolder
  let samples: SampleRequests
  let folder: TemporaryFolder
  private let network: WideNetwork

  init() throws {
    folder = try TemporaryFolder()
    network = try WideNetwork()
    repository = try RepositoryFolder()
    try repository.writeNetwork(1, of: "stored")
    let names = [
      "odd-33x31.jpg", "rgb-interlaced.png", "lossy-alpha.webp", "progressive.jpg", "lossless.webp",
    ]
    samples = SampleRequests(
      images: try names.map { try Repository.image("variants/\($0)") }
        + [PNGFile.solid(width: 24, height: 24, red: 200, green: 100, blue: 50)])
    let identity = try folder.write(
      SampleRequests.identity.data, to: "\(SampleRequests.identityName).onnx")
    let tiny = try PipelineFile().write(to: folder)
    server = try ServerProcess([
      network.model, identity, tiny, "--repository", repository.path, "--max-answer-bytes", "\(20 << 20)",
    ])
    let file = try folder.write(Self.token.utf8, to: "token")
    guarded = try ServerProcess([network.model, "--token-file", file])
  }

  func connect() throws -> HTTP1Connection { try HTTP1Connection(port: server.port) }

  /// Somebody else is answered as ever.
  func others(_ run: PhaseRun, _ what: String) throws {
    let json = try connect().request("POST", WideNetwork.path, body: WideNetwork.json(rows: 2))
    let http2 = try HTTP2Connection(port: server.port)
    let id = try http2.call(WideNetwork.infer)
    try http2.send(HTTP2Connection.frame(WideNetwork.message(rows: 2)), on: id, ends: true)
    let call = try http2.response(on: id)
    run.expect(
      json.status == 200 && call[trailer: "grpc-status"] == "0",
      "others get \(json.status) and \(call[trailer: "grpc-status"] ?? "nothing") \(what)")
  }

  /// Does once what usual clients do, many of them at once, so that the server has what it keeps.
  func warmUp() throws {
    let image = PNGFile.solid(width: 1500, height: 1000, red: 1, green: 2, blue: 3)
    let results = concurrently(16) { [self] client in
      for round in 0..<4 {
        let connection = try connect()
        for sample in samples.http1 {
          try connection.send(sample)
          _ = try connection.response()
        }
        let images = try connect()
        _ = try images.request("POST", "/v2/models/\(SampleRequests.tiny)/infer", body: image)
        let rows = client % 4 == 0 ? 1024 : 64
        _ = try images.request(
          "POST", WideNetwork.path, body: WideNetwork.json(rows: rows / 2, isBinary: round % 2 == 0))
        let http2 = try HTTP2Connection(port: server.port)
        let id = try http2.call(WideNetwork.infer)
        try http2.send(HTTP2Connection.frame(WideNetwork.message(rows: rows)), on: id, ends: true)
        _ = try http2.response(on: id)
      }
    }
    for result in results { try result.get() }
  }
}
