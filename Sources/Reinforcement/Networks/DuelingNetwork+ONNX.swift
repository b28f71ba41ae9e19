extension DuelingNetwork {
  public func export(to graph: inout ONNXGraph, input: String) throws -> String {
    throw NetworkExportError.unavailable
  }
}
