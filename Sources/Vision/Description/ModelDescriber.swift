import Basics

/// Finds out what a model is, by its files.
///
/// What is stated goes before what an exporter wrote, that before the graph, and that before what such networks usually want.
struct ModelDescriber {
  private let export: ModelExport
  private let evidence: Evidence?
  private let stated: StatedFacts
  private let outputs: GraphOutputs

  /// - Parameters:
  ///   - reference: the path of an ONNX file or of an export's folder.
  ///   - stated: pairs `key=value`.
  /// - Throws: `DescriptionError`, `EngineError`; `ConfigurationError` for a wrong pair.
  init(_ reference: String, stated: [String] = []) throws {
    self.stated = try StatedFacts(stated)
    export = try ModelExport(reference)
    evidence = try EvidenceReaders.read(export)
    outputs = GraphOutputs(export.interface)
  }

  /// Whether something says that the network is for images: an exporter's files, the names of a known network, or the user.
  var isEvident: Bool {
    if evidence != nil || !stated.isEmpty { return true }
    guard let input = try? ImageInput(of: export, layout: nil) else { return false }
    return !HeadRules.known(question(input)).isEmpty
  }

  /// The path of the graph, and the model's name.
  var graph: String { export.absoluteGraph }
  var name: String { export.name }

  /// Whether one input may be of images.
  var mayTakeImages: Bool { (try? ImageInput(of: export, layout: nil)) != nil }

  func description(named name: String? = nil) throws -> ModelDescription {
    let input = try ImageInput(of: export, layout: stated.layout)
    let match = try match(question(input))
    let labels = try labels(match)
    var facts = stated.facts
    if let evidence { facts.fill(from: evidence.facts) }
    var resolver = PreprocessingResolver(
      path: export.reference, input: input, habits: habits(match), facts: facts)
    let preprocessing = try resolver.resolve()
    let name = name ?? export.name
    if let flaw = name.flawAsName {
      throw ConfigurationError(
        file: export.reference, reason: "the model's name \(flaw); call the file otherwise")
    }
    let task = taskSource
    let head: FactSource =
      stated.head != nil ? .stated : evidence.map { $0.task == nil ? .graph : $0.headSource } ?? .graph
    var sources: [(key: String, source: FactSource)] = [
      ("task", task), ("head", head), ("input", stated.layout == nil ? .graph : .stated),
    ]
    sources += resolver.sources
    sources.append(("labels", labels.source))
    return ModelDescription(
      model: export.absoluteGraph, name: name, exporter: evidence?.exporter, task: match.task,
      head: match.head,
      output: match.output == 0 ? nil : export.interface.outputs[match.output].name,
      keypoints: match.head.hasSuffix("-pose") ? evidence?.keypoints ?? [] : [],
      input: ModelDescription.Input(input), preprocessing: preprocessing, labels: labels.labels,
      sources: sources)
  }

  private func question(_ input: ImageInput) -> HeadQuestion {
    HeadQuestion(
      outputs: outputs, input: input,
      companions: Set(export.interface.inputs.map(\.name)).subtracting([input.name]),
      classes: labelNames?.value.count, task: stated.task ?? evidence?.task?.value,
      keypoints: evidence.map { $0.keypoints.isEmpty ? 0 : $0.keypoints.reduce(1, *) } ?? 0)
  }

  private var labelNames: Fact<[String]>? { stated.labels.map { Fact($0, .stated) } ?? evidence?.labels }

  private var taskSource: FactSource {
    if stated.task != nil { return .stated }
    return evidence?.task?.source ?? .graph
  }

  /// Of an exporter's own, if it has some for this task.
  private func habits(_ match: HeadMatch) -> Habits {
    guard let habits = evidence?.habits, match.task != .detection, match.task != .instanceSegmentation else {
      return match.habits
    }
    return habits
  }

  private func match(_ question: HeadQuestion) throws -> HeadMatch {
    var matches = HeadRules.matches(question)
    if let evidence, stated.task == nil { matches = try evidence.choose(matches) }
    if let head = stated.head { return try match(of: head, matches, question) }
    guard let first = matches.first else { throw misfit(question) }
    let tasks = matches.map(\.task.rawValue).unique
    guard tasks.count == 1 else {
      throw DescriptionError.mustState(
        path: export.reference, keys: ["task"],
        reason: "\(outputs.text) may be of \(tasks.joined(separator: " or of ")), and nothing tells which")
    }
    let heads = matches.map(\.head).unique
    guard heads.count == 1 else {
      throw DescriptionError.mustState(
        path: export.reference, keys: ["head"],
        reason:
          "\(outputs.text) may be of the heads \(heads.joined(separator: " or ")), and nothing tells which")
    }
    return first
  }

  /// A head that the user states: one that fits, or else one of the same task, whose stage checks it.
  private func match(
    of head: String, _ matches: [HeadMatch], _ question: HeadQuestion
  ) throws -> HeadMatch {
    if let match = matches.first(where: { $0.head == head }) { return match }
    let tasks = DescribedTask.allCases.filter { $0.heads.contains(head) }
    guard !tasks.isEmpty else {
      let known = DescribedTask.allCases.flatMap(\.heads).unique
      throw ConfigurationError(
        file: "--set",
        reason:
          "'head' is '\(head.printable(atMost: 60))'; \(head.hint(among: known, otherwise: "known are \(known.joined(separator: ", "))"))"
      )
    }
    if let match = matches.first(where: { tasks.contains($0.task) }) { return match.called(head) }
    guard matches.isEmpty else {
      throw ConfigurationError(
        file: "--set",
        reason:
          "'head' is '\(head)', of \(tasks.map(\.rawValue).joined(separator: " or ")); \(outputs.text) is of \(matches.map(\.head).unique.joined(separator: " or "))"
      )
    }
    guard let task = question.task else {
      throw DescriptionError.mustState(
        path: export.reference, keys: ["task"],
        reason: "the head '\(head.printable(atMost: 60))' is stated, but not its task")
    }
    return HeadMatch(task: task, head: head, classes: question.classes, habits: .yolo)
  }

  /// Why nothing fits.
  private func misfit(_ question: HeadQuestion) -> DescriptionError {
    var other = question
    other.classes = nil
    let unnamed = HeadRules.matches(other)
    if let names = labelNames, let match = unnamed.first(where: { $0.classes != names.value.count }) {
      return labelRefusal(names, match)
    }
    other.task = nil
    if let task = question.task {
      let place = stated.task == nil ? evidence?.taskPlace : nil
      return .refused(
        file: place?.file ?? export.reference, key: place?.key ?? "task",
        reason: "says \(task.rawValue), but the graph gives \(outputs.text), which is of no head of that task"
      )
    }
    let isRows =
      outputs.all.first.map { $0.extents.count == 3 && $0.isFloating && $0.extents[2] ?? 4 >= 4 } ?? false
    guard !isRows else {
      return .mustState(
        path: export.reference, keys: ["task"],
        reason: "\(outputs.text) may be boxes, but nothing tells the task")
    }
    return .refused(
      file: export.reference, key: nil,
      reason:
        "gives \(outputs.text), which fits no task that is known: \(DescribedTask.allCases.map(\.rawValue).joined(separator: ", "))"
    )
  }

  private func labelRefusal(_ names: Fact<[String]>, _ match: HeadMatch) -> DescriptionError {
    let place = names.source == .stated ? Evidence.Place(file: "--set", key: "labels") : evidence?.labelPlace
    let count = match.classes.map { $0 == 1 ? "1 class" : "\($0) classes" } ?? "another number of classes"
    return .refused(
      file: place?.file ?? export.reference, key: place?.key,
      reason: "has \(names.value.count.counted("name")), but \(outputs.text) is of \(count)")
  }

  /// The names of the classes, and where they, or their number, were read.
  private func labels(
    _ match: HeadMatch
  ) throws(DescriptionError) -> (labels: ModelDescription.Labels, source: FactSource) {
    guard match.task != .depth, match.task != .embedding else {
      return (ModelDescription.Labels(count: 0, names: [], source: "none"), taskSource)
    }
    if let names = labelNames {
      // One map may have the foreground's name alone.
      let isOne = match.task == .segmentation && match.classes == 2 && names.value.count == 1
      let isMore = match.mayNameBackground && match.classes == names.value.count - 1
      guard match.classes ?? names.value.count == names.value.count || isOne || isMore else {
        throw labelRefusal(names, match)
      }
      let labels = ModelDescription.Labels(
        count: names.value.count, names: names.value, source: names.source.rawValue)
      return (labels, names.source)
    }
    let source = match.names.isEmpty ? "numbers" : FactSource.graph.rawValue
    return (ModelDescription.Labels(count: match.classes, names: match.names, source: source), .graph)
  }
}

extension ModelDescription.Input {
  fileprivate init(_ input: ImageInput) {
    let batch =
      switch input.batch {
      case .fixed(let rows): "\(rows)"
      case .dynamic: "dynamic"
      case .none: "none"
      }
    self.init(
      name: input.name, layout: input.layout, element: input.element, batch: batch, height: input.height,
      width: input.width)
  }
}

extension [String] {
  /// Without repetitions, in order.
  fileprivate var unique: [String] {
    reduce(into: []) { found, element in if !found.contains(element) { found.append(element) } }
  }
}
