extension DuelingNetwork: ExportableNetwork {
  public func export(to graph: inout ONNXGraph, input: String) throws -> String {
    let shared = trunk?.export(to: &graph, input: input) ?? input
    return graph.dueling(
      value: value.export(to: &graph, input: shared), advantages: advantage.export(to: &graph, input: shared))
  }
}
