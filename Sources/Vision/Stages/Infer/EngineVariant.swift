import Dataflow
import Synchronization

/// One way to run a model: an engine, what it computes in, and how many threads work together on one run. The model is
/// loaded when it is first run this way.
public final class EngineVariant: Sendable {
  public let engine: any Engine
  public let precision: Precision
  public let threads: Int
  let path: String
  private let loaded = Mutex<(any EngineSession)?>(nil)

  public init(_ engine: any Engine, model path: String, threads: Int, precision: Precision = .float32) {
    self.engine = engine
    self.path = path
    self.threads = threads
    self.precision = precision
  }

  /// As implementations are called, such as `openvino-bf16-2-threads`.
  public var name: String {
    var parts = [engine.name]
    if precision != .float32 { parts.append(precision.rawValue) }
    if threads > 1 { parts.append("\(threads)-threads") }
    return parts.joined(separator: "-")
  }

  /// The model, loaded by the first who asks; others wait for that.
  public func session() throws(EngineError) -> any EngineSession {
    let result: Result<any EngineSession, EngineError> = loaded.withLock { loaded in
      if let loaded { return .success(loaded) }
      let result = Result { () throws(EngineError) in
        try engine.load(model: path, threads: threads, precision: precision)
      }
      loaded = try? result.get()
      return result
    }
    return try result.get()
  }

  /// All ways to run a model on this machine, the reference first: in fp32, by the first engine, with all cores.
  ///
  /// - Parameters:
  ///   - engine, precision, threads: the only one to be used, if not `nil`.
  static func all(
    model path: String, engine: (any Engine)?, precision: Precision?, threads: Int?
  ) -> [EngineVariant] {
    let cores = Platform.local.device(of: .cpu)?.cores ?? 1
    let counts = threads.map { [$0] } ?? (cores > 1 ? [cores, 1] : [1])
    return (engine.map { [$0] } ?? Engines.all).flatMap { engine in
      // What was asked for is tried, so that it is refused with the reason; the others must be there.
      let precisions = precision.map { [$0] } ?? engine.precisions
      return (precisions.isEmpty ? [.float32] : precisions).flatMap { precision in
        counts.map { EngineVariant(engine, model: path, threads: $0, precision: precision) }
      }
    }
  }
}
