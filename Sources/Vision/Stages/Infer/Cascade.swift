import Dataflow

/// Two precisions of a network: items of which the quick one is unsure are computed again by the other. A cascade, as of
/// Viola and Jones (2001).
///
/// Most errors of a quantised network are nearly undecided, so few items are computed twice to correct nearly all of them.
struct Cascade: Sendable {
  let quick: EngineVariant
  let fallback: EngineVariant
  /// Of `OutputCertainty.isCertain`.
  let margin: Float

  /// Each about twice as large. Calibration takes the first within the tolerance.
  private static let margins: [Float] = [0.03, 0.06, 0.12, 0.25]

  /// Those of some ways to run a model: the quantised ones, with float32 by the same engine and as many threads.
  static func all(of variants: [EngineVariant]) -> [Cascade] {
    variants.filter { $0.precision == .int8 }.flatMap { quick in
      let fallback = variants.first {
        $0.precision == .float32 && $0.engine.name == quick.engine.name && $0.threads == quick.threads
      }
      return margins.compactMap { margin in
        fallback.map { Cascade(quick: quick, fallback: $0, margin: margin) }
      }
    }
  }

  /// The implementation's name, such as `openvino-int8-cascade-0.06-2-threads`.
  var name: String { quick.name(with: "cascade-\(margin)") }

  /// - Throws: `EngineError` if the models' inputs or outputs differ.
  func sessions() throws(EngineError) -> (quick: any EngineSession, fallback: any EngineSession) {
    let place = "in the quantised model \(EngineVariant.quantised(self.quick.path))"
    let (quick, fallback) = (try quick.session(), try fallback.session())
    guard quick.inputs.named == fallback.inputs.named else {
      throw .wrongInputs(expected: fallback.inputs.named, found: "\(quick.inputs.named) \(place)")
    }
    guard quick.outputs.named == fallback.outputs.named else {
      throw .wrongOutputs(expected: fallback.outputs.named, found: "\(quick.outputs.named) \(place)")
    }
    return (quick, fallback)
  }
}

extension Graph {
  /// The same graph, whose networks are run as cascades, too, where the stage behind one tells how sure it is.
  func withCascades() -> Graph {
    addingImplementations { stage, next in
      guard let network = stage.operation as? NetworkOperation, next.count == 1,
        let certainty = next[0].operation as? any OutputCertainty
      else { return [] }
      return Cascade.all(of: network.variants).map { network.implementation($0, certainty) }
    }
  }
}
