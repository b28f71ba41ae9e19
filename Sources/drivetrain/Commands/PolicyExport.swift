import Basics
import Dataflow
import Foundation
import Planning
import Reinforcement
import Vision

/// Writes policies as ONNX files, and keeps only those that act like the policy.
enum PolicyExport {
  /// Writes the policy's file under a temporary name, runs it on the check's observations with ONNX Runtime,
  /// and renames it if it agrees.
  ///
  /// - Returns: the result of the check.
  /// - Throws: `PolicyMismatch`, `EngineError` or `FileError`; nothing is left behind then, and an earlier
  ///   file stays.
  @discardableResult
  static func write(
    _ policy: ExportedPolicy, to path: String, check: PolicyCheck
  ) throws -> PolicyCheck.Agreement {
    var agreement = PolicyCheck.Agreement()
    try Data(policy.bytes).writeWhole(to: path) { agreement = try verify(model: $0, check) }
    return agreement
  }

  /// Runs a policy's file on the check's observations, with ONNX Runtime on one thread.
  static func verify(model path: String, _ check: PolicyCheck) throws -> PolicyCheck.Agreement {
    let session = try ONNXRuntimeEngine().load(model: path, threads: 1)
    return try check.run { observations, batch in
      let input = try Tensor(shape: [batch, check.observationSize])
      _ = input.data.update(from: observations)
      return try answers(try session.run([input]), of: session, check.actionSpace)
    }
  }

  private static func answers(
    _ tensors: [Tensor], of session: any EngineSession, _ space: ActionSpace
  ) throws(EngineError) -> PolicyOutputs {
    func output(_ name: String, _ element: ElementType) throws(EngineError) -> Tensor {
      guard let index = session.outputs.firstIndex(where: { $0.name == name }),
        tensors[index].element == element
      else {
        throw .wrongOutputs(
          expected: "\(element) '\(name)'",
          found: session.outputs.map { "'\($0.name)', \($0)" }.joined(separator: "; "))
      }
      return tensors[index]
    }
    switch space {
    case .discrete:
      let (action, values) = (try output("action", .int64), try output("q_values", .float32))
      return withExtendedLifetime((action, values)) {
        PolicyOutputs(actions: action.integers.map { Float($0) }, values: Array(values.data))
      }
    case .continuous:
      let action = try output("action", .float32)
      return withExtendedLifetime(action) { PolicyOutputs(actions: Array(action.data)) }
    }
  }
}
