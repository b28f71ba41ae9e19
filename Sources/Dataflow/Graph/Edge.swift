/// One end of an edge: a stage's port. Written `stage.port`, or `stage` if it has only one.
public struct Endpoint: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
  public let stage: String
  public let port: String?

  public init(stage: String, port: String? = nil) {
    self.stage = stage
    self.port = port
  }

  public init(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(stage: String(parts[0]), port: parts.count == 2 ? String(parts[1]) : nil)
  }

  public init(stringLiteral text: String) { self.init(text) }

  public var description: String { port.map { "\(stage).\($0)" } ?? stage }
}

/// A first-in, first-out connection from an output port to an input port.
public struct Edge: Sendable {
  public let source: Endpoint
  public let target: Endpoint
  /// The values on the edge before any firing: the delays of synchronous dataflow. A cycle needs them to
  /// start.
  public let initialItems: [any Sendable]

  public init(_ source: Endpoint, _ target: Endpoint, initialItems: [any Sendable] = []) {
    self.source = source
    self.target = target
    self.initialItems = initialItems
  }
}

/// A token without a value, for edges that only order firings.
public struct Signal: Sendable {
  public init() {}
}
