extension MLP: ExportableNetwork {
  public func export(to graph: inout ONNXGraph, input: String) throws -> String {
    chain.export(to: &graph, input: input)
  }
}
