/// An extension of the protocol that other servers have, and this one lacks.
enum UnsupportedExtension: CaseIterable {
  case systemSharedMemory, cudaSharedMemory, trace, logging, generate

  /// The prefixes of its gRPC calls, and of its HTTP paths behind `/v2`.
  private var names: (call: String, paths: [String]) {
    switch self {
    case .systemSharedMemory: ("SystemSharedMemory", ["systemsharedmemory"])
    case .cudaSharedMemory: ("CudaSharedMemory", ["cudasharedmemory"])
    case .trace: ("TraceSetting", ["trace"])
    case .logging: ("LogSettings", ["logging"])
    case .generate: ("ModelGenerate", ["generate", "generate_stream"])
    }
  }

  var reason: String {
    switch self {
    case .systemSharedMemory, .cudaSharedMemory:
      "shared memory is not supported; send tensors with the request, as bytes"
    case .trace:
      "trace settings can't be changed while the server runs; start it with --trace-rate and --otlp-endpoint"
    case .logging: "log settings can't be changed: the server writes no log"
    case .generate: "generation of text is not supported; ask for /infer"
    }
  }

  /// - Parameter call: without the service's name.
  init?(call: some StringProtocol) {
    guard let found = Self.allCases.first(where: { call.hasPrefix($0.names.call) }) else { return nil }
    self = found
  }

  /// - Parameter parts: of a path, behind `/v2` or behind a model's name.
  init?(path parts: some Sequence<String>) {
    var parts = parts.makeIterator()
    guard let first = parts.next(), let found = Self.allCases.first(where: { $0.names.paths.contains(first) })
    else { return nil }
    self = found
  }
}
