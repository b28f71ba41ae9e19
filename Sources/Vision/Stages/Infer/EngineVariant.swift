import Basics
import Dataflow
import Foundation
import Planning

/// One way to run a model: an engine, a precision, and the number of threads that work together on one run.
/// The model is loaded at its first run.
///
/// In `int8` it is the quantised model `name.int8.onnx`, beside `name.onnx`.
public final class EngineVariant: Sendable {
  public let engine: any Engine
  public let precision: Precision
  public let threads: Int
  let path: String
  let limits: TensorLimits
  private let loaded = Locked<(any EngineSession)?>(nil)

  public init(
    _ engine: any Engine, model path: String, threads: Int, precision: Precision = .float32,
    limits: TensorLimits = TensorLimits()
  ) {
    self.engine = engine
    self.limits = limits
    self.path = path
    self.threads = threads
    self.precision = precision
  }

  /// The implementation's name, such as `openvino-int8-2-threads`.
  public var name: String { name(with: nil) }

  /// - Parameter use: what it is part of.
  func name(with use: String?) -> String {
    [nameOfEngine, use, threads > 1 ? "\(threads)-threads" : nil].compactMap(\.self).joined(separator: "-")
  }

  private var nameOfEngine: String {
    precision == .float32 ? engine.name : "\(engine.name)-\(precision.rawValue)"
  }

  /// The approximation, for any number of threads.
  ///
  /// - Parameter caution: of a cascade, its margin.
  func approximation(caution: Float = 0) -> Approximation {
    Approximation(nameOfEngine, caution: Double(caution))
  }

  /// The model, loaded by the first caller; others wait for that.
  public func session() throws(EngineError) -> any EngineSession {
    let result: Result<any EngineSession, EngineError> = loaded.withLock { loaded in
      if let loaded { return .success(loaded) }
      let result = Result { () throws(EngineError) in try load() }
      loaded = try? result.get()
      return result
    }
    return try result.get()
  }

  private func load() throws(EngineError) -> any EngineSession {
    var path = path
    if precision == .int8 {
      path = Self.quantised(path)
      guard FileManager.default.fileExists(atPath: path) else { throw .notQuantised(path: path) }
    }
    return try engine.load(model: path, threads: threads, precision: precision, limits: limits)
  }

  /// The path of a model's 8-bit version.
  static func quantised(_ path: String) -> String {
    (path.hasSuffix(".onnx") ? String(path.dropLast(5)) : path) + ".int8.onnx"
  }

  /// All ways to run a model on this machine, the reference first: fp32, the first engine, all cores.
  ///
  /// - Parameters:
  ///   - engine, precision, threads: the only one to be used, if not `nil`.
  ///   - limits: upper bounds on each input and output.
  public static func all(
    model path: String, engine: (any Engine)? = nil, precision: Precision? = nil, threads: Int? = nil,
    limits: TensorLimits = TensorLimits()
  ) -> [EngineVariant] {
    let cores = Platform.local.device(of: .cpu)?.cores ?? 1
    let counts = threads.map { [$0] } ?? (cores > 1 ? [cores, 1] : [1])
    return (engine.map { [$0] } ?? Engines.all).flatMap { engine in
      if let precision {
        // A requested variant is tried, so that its refusal states the reason; others must be available.
        return counts.map {
          EngineVariant(engine, model: path, threads: $0, precision: precision, limits: limits)
        }
      }
      let exact = counts.map { EngineVariant(engine, model: path, threads: $0, limits: limits) }
      let isQuantised = FileManager.default.fileExists(atPath: quantised(path))
      let reduced = engine.precisions.filter { $0 != .float32 && ($0 != .int8 || isQuantised) }
      return exact
        + reduced.flatMap { precision in
          exact.map {
            EngineVariant(engine, model: path, threads: $0.threads, precision: precision, limits: limits)
          }
        }
    }
  }
}
