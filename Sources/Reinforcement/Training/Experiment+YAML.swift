import Basics
import Dataflow
import Planning

extension Experiment {
  /// The experiments that ship with Drivetrain.
  public static let library = ConfigurationLibrary(
    of: "experiment", in: "Experiments", orFilesEndingIn: [".yml"])

  /// Loads an experiment.
  ///
  /// - Parameters:
  ///   - reference: a path to a YAML file, or the name of one in an `Experiments` folder of the working
  ///     directory, the executable's, or one above them.
  ///   - changes: settings that replace the file's, each as `key=value`.
  /// - Throws: `UnknownConfiguration`, or `ConfigurationError` with the unknown or impossible setting.
  public init(_ reference: String, changes: [String] = []) throws {
    let path = try Self.library.path(of: reference)
    try self.init(yaml: ConfigurationNode.text(of: path), file: path, changes: changes)
  }

  /// Reads an experiment in the format of `yaml`, or an entry of a file in RL Zoo's.
  public init(yaml: String, file: String, changes: [String] = []) throws {
    let changes = try changes.map(Self.parse)
    if let zoo = ZooFile(yaml, file: file) {
      try self.init(zoo, file: file, changes)
    } else {
      let document = try ConfigurationNode(yaml: yaml, file: file)
      try self.init(document, document.entries(), changes, stem: document.fileStem)
    }
  }

  /// - Parameter changes: name the algorithm unless the file's name does, and the environment if there are
  ///   several.
  private init(_ zoo: ZooFile, file: String, _ changes: [Assignment]) throws {
    func changed(_ keys: [String]) throws -> String? {
      try changes.last { keys.contains($0.key) }?.value.string()
    }
    let (environment, settings) = try zoo.entry(for: changed(["environment", "env", "env_id"]))
    let words = settings.fileStem.lowercased().split { !$0.isLetter && !$0.isNumber }
    let named = Self.algorithmNames.first { words.contains(Substring($0)) }
    guard let algorithm = try changed(["algorithm", "algo"]) ?? named else {
      throw ConfigurationError(
        file: file,
        reason:
          "nothing says for which algorithm its entries are; name it by --set algorithm=\(Self.algorithmNames[0])"
      )
    }
    let head = try ["algorithm": algorithm, "environment": environment].map { key, value in
      (key: key, value: try ConfigurationNode(yaml: value, file: file).named("'\(key)'"))
    }
    try self.init(
      settings, head + settings.entries(), changes.filter { !["algorithm", "algo"].contains($0.key) },
      stem: "\(algorithm.lowercased())-\(environment)")
  }

  private init(
    _ document: ConfigurationNode, _ entries: [(key: String, value: ConfigurationNode)],
    _ changes: [Assignment],
    stem: String
  ) throws {
    guard let algorithmNode = entries.first(where: { ["algorithm", "algo"].contains($0.key) })?.value else {
      throw document.error(
        "the file needs the key 'algorithm'; there is \(Self.algorithmNames.joined(separator: ", "))")
    }
    let type = try Self.algorithm(algorithmNode)
    let known = ["name", "algorithm", "environment"] + Budget.settings.map(\.key) + Self.keys(of: type)
    var values: [String: ConfigurationNode] = [:]
    for (key, value) in entries {
      for setting in try ForeignSettings.translated(key, value, known: known) {
        if let other = values.updateValue(setting.value, forKey: setting.key) {
          throw value.error("'\(setting.key)' is given twice, as \(other.path) and as \(setting.value.path)")
        }
      }
    }
    for (key, value) in changes {
      let known = known.filter { $0 != "algorithm" }
      for setting in try ForeignSettings.translated(key, value, known: known) {
        values[setting.key] = setting.value
      }
    }
    guard let environment = values["environment"] else {
      throw document.error("the file needs the key 'environment', such as 'CartPole-v1'")
    }
    name = try Self.checked(values["name"]?.string() ?? stem, values["name"] ?? document)
    self.environment = try environment.string()
    do {
      _ = try EnvironmentRegistry.make(self.environment, count: 1)
    } catch {
      throw environment.error("\(error)")
    }
    algorithm = try Self.configuration(type, values)
    budget = Budget()
    for setting in Budget.settings {
      if let value = values[setting.key] { try setting.read(value, &budget) }
    }
  }

  /// A name for folders and checkpoints.
  private static func checked(_ name: String, _ node: ConfigurationNode) throws(ConfigurationError) -> String
  {
    // Characters that YAML's quotes would change, or that no folder's name has.
    func isForbidden(_ character: Unicode.Scalar) -> Bool {
      "/\"\\".unicodeScalars.contains(character) || character.properties.generalCategory == .control
    }
    guard (1...100).contains(name.utf8.count), name != ".", name != "..",
      !name.unicodeScalars.contains(where: isForbidden)
    else {
      throw node.error(
        "the experiment's name must be 1 to 100 bytes without '/', '\\' and quotes; give it by 'name'")
    }
    return name
  }

  private static var algorithmNames: [String] { Algorithms.all.map { $0.algorithm } }

  private static func algorithm(_ node: ConfigurationNode) throws -> any AlgorithmConfiguration.Type {
    let name = try node.string()
    if let type = Algorithms.all.first(where: { $0.algorithm == name.lowercased() }) { return type }
    let hint = name.hint(
      among: algorithmNames, otherwise: "there is \(algorithmNames.joined(separator: ", "))")
    throw node.error("there is no algorithm '\(name)'; \(hint)")
  }

  private static func keys<Configuration: AlgorithmConfiguration>(of type: Configuration.Type) -> [String] {
    Configuration.allSettings.map(\.key)
  }

  private static func configuration<Configuration: AlgorithmConfiguration>(
    _ type: Configuration.Type, _ values: [String: ConfigurationNode]
  ) throws -> any AlgorithmConfiguration {
    var configuration = Configuration()
    for setting in Configuration.allSettings {
      if let value = values[setting.key] { try setting.read(value, &configuration) }
    }
    return configuration
  }

  private typealias Assignment = (key: String, value: ConfigurationNode)

  private static func parse(_ change: String) throws -> Assignment {
    guard let equals = change.firstIndex(of: "="), equals > change.startIndex else {
      throw ConfigurationError(file: "--set", reason: "'\(change)' must be key=value")
    }
    let key = String(change[..<equals])
    let value = String(change[change.index(after: equals)...])
    return (key, try ConfigurationNode(yaml: value, file: "--set").named("'\(key)'"))
  }

  /// Every setting with its value, in the format of `init(yaml:file:)`.
  public var yaml: String {
    var lines = [
      "name: \"\(name)\"", "algorithm: \(type(of: algorithm).algorithm)", "environment: \(environment)",
    ]
    lines += Budget.settings.map { "\($0.key): \($0.text(budget))" }
    lines += algorithm.lines
    return lines.joined(separator: "\n") + "\n"
  }
}

extension AlgorithmConfiguration {
  /// A line of YAML for each setting.
  fileprivate var lines: [String] { Self.allSettings.map { "\($0.key): \($0.text(self))" } }
}
