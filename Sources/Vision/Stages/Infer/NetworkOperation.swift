import Basics
import Dataflow

/// The operation of a stage that reads a model's files.
protocol ModelReader: Sendable {
  /// At least one; the first is the reference.
  var variants: [EngineVariant] { get }
}

/// The operation of a stage that runs a network on whole batches.
struct BatchOperation: ModelReader { let variants: [EngineVariant] }

/// The operation of a stage that runs a network on items.
struct NetworkOperation: ModelReader {
  let variants: [EngineVariant]
  let maximumBatchSize: Int
  /// What the network's batch is fixed at.
  let rows: Int?
  /// Whether its outputs have a row for each item.
  let hasRows: Bool

  func implementation(_ variant: EngineVariant) -> Implementation {
    .infer(variant, besides: variants[0], maximumBatchSize: maximumBatchSize) {
      InferInstance(ImageInputSession.wrapping($0), again: nil, rows: rows, hasRows: hasRows)
    }
  }

  func implementation(_ cascade: Cascade, _ certainty: any OutputCertainty) -> Implementation {
    Implementation(
      cascade.name, on: .cpu, parallelism: .cores(cascade.quick.threads),
      approximation: cascade.quick.approximation(caution: cascade.margin), maximumBatchSize: maximumBatchSize
    ) { _ in
      let sessions = try cascade.sessions()
      try sessions.quick.reserve()
      try sessions.fallback.reserve()
      let again = InferInstance.Again(
        session: ImageInputSession.wrapping(sessions.fallback), certainty: certainty, margin: cascade.margin)
      return InferInstance(
        ImageInputSession.wrapping(sessions.quick), again: again, rows: rows, hasRows: hasRows)
    }
  }
}

private final class InferInstance: StageInstance {
  /// What computes uncertain items again.
  struct Again {
    let session: any EngineSession
    let certainty: any OutputCertainty
    let margin: Float
  }

  private let session: any EngineSession
  private let again: Again?
  private let gathering = BatchGathering()
  private let rows: Int?
  private let hasRows: Bool

  init(_ session: any EngineSession, again: Again?, rows: Int?, hasRows: Bool) {
    self.session = session
    self.again = again
    self.rows = rows
    self.hasRows = hasRows
  }

  func fire(_ firing: Firing) throws {
    let batch = try gathering.batch(of: firing, rows: rows)
    let tensors = try run(session, batch)
    guard let again else {
      for index in 0..<firing.count() {
        firing.emit(try outputs(tensors, row: index, of: index, firing), of: index)
      }
      return
    }
    var all = try (0..<firing.count()).map { try outputs(tensors, row: $0, of: $0, firing) }
    let unsure = all.indices.filter { !again.certainty.isCertain(all[$0], margin: again.margin) }
    if !unsure.isEmpty {
      // A batch of fixed rows is computed as a whole.
      let isWhole = unsure.count == all.count || rows != nil || !hasRows
      let precise = try run(again.session, isWhole ? batch : Tensor(batch, elements: unsure))
      for (position, index) in unsure.enumerated() {
        all[index] = try outputs(precise, row: isWhole ? index : position, of: index, firing)
      }
    }
    for (index, outputs) in all.enumerated() { firing.emit(outputs, of: index) }
  }

  /// What the network gives for a batch.
  private func run(_ session: any EngineSession, _ batch: Tensor) throws -> [Tensor] {
    let tensors = try session.run([batch]).map { $0.element.isFloating ? try $0.asFloat32() : $0 }
    if hasRows, let wrong = tensors.first(where: { $0.shape.first != batch.shape[0] }) {
      throw EngineError.wrongOutputs(
        expected: "a row for each image", found: "\(wrong.element) \(wrong.shape)")
    }
    return tensors
  }

  /// What an item of a firing gets of that.
  private func outputs(_ tensors: [Tensor], row: Int, of index: Int, _ firing: Firing) throws
    -> NetworkOutputs
  {
    let frame = try firing.input(at: index, as: BatchSlot.self).frame
    return NetworkOutputs(tensors: tensors, row: hasRows ? row : nil, frame: frame)
  }
}
