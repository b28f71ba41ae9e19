import Basics

/// The kinds of stage that a graph file may use.
public struct StageRegistry: Sendable {
  public let kinds: [StageKind]

  public init(_ kinds: [StageKind]) { self.kinds = kinds }
}

/// A kind of stage, named by `use` in graph files.
public struct StageKind: Sendable {
  public let name: String
  /// The keys of such a stage in a file.
  public let keys: [String]
  public let make: @Sendable (StageParameters) throws -> Stage
  /// Whether it makes no stage: what it reads are the graph's outputs, of which an item's tokens are kept in order.
  public let isExit: Bool

  public init(
    _ name: String, keys: [String] = [], make: @escaping @Sendable (StageParameters) throws -> Stage
  ) {
    self.name = name
    self.keys = keys
    self.make = make
    isExit = false
  }

  /// A kind that ends a graph.
  public init(exit name: String) {
    self.name = name
    keys = []
    make = { throw $0.node.error("\($0.node.path) ends a graph; write it as the last stage") }
    isExit = true
  }
}

/// A graph file's description of one stage, and its neighbours.
public struct StageParameters {
  public let name: String
  /// The stage in the file, for errors of the whole stage.
  public let node: ConfigurationNode
  /// The values by key. All keys are the stage kind's.
  public let values: [String: ConfigurationNode]
  /// The types of the stage's feeders, in the order of the edges.
  public let inputTypes: [PortType]
  /// The stages that it feeds. It need not produce more than they use.
  public let consumers: [Neighbour]
  /// Settings of the program that builds the graph, such as a command-line flag, by name.
  public let overrides: [String: String]

  /// A stage that feeds the stage being made, or is fed by it.
  public struct Neighbour {
    public let kind: String
    public let values: [String: ConfigurationNode]
  }

  public func required(_ key: String) throws(ConfigurationError) -> ConfigurationNode {
    guard let value = values[key] else { throw node.error("\(node.path) needs the key '\(key)'") }
    return value
  }

  /// A path; in the file it is relative to the file.
  public func path(_ key: String) throws(ConfigurationError) -> String {
    try required(key).filePath()
  }
}
