/// What is known of a network when its head is looked for.
struct HeadQuestion: Sendable {
  let outputs: GraphOutputs
  let input: ImageInput
  /// Other inputs' names.
  let companions: Set<String>
  /// Names of classes that are known; `nil` if none are.
  var classes: Int?
  /// The task, where something tells it.
  var task: DescribedTask?
  /// Numbers for the key points of an object; 0 for none.
  var keypoints = 0
}

/// A kind of network that is recognised by what it gives.
protocol HeadRule: Sendable {
  /// The ways to read a network's outputs; none if it isn't of this kind.
  static func matches(_ question: HeadQuestion) -> [HeadMatch]
}

/// The kinds of networks that are recognised. Those that their names give away come first: where one matches, others aren't
/// asked.
enum HeadRules {
  static let named: [any HeadRule.Type] = [
    YuNetRule.self, TensorFlowDetectionRule.self, SortedBoxesRule.self, LabelledBoxesRule.self,
    PriorBoxesRule.self, QueriesRule.self, SideOutputsRule.self, MediaPipeRule.self, FaceVectorRule.self,
    TensorFlowMapRule.self,
  ]
  static let shaped: [any HeadRule.Type] = [RowsRule.self, VectorRule.self, MapRule.self]

  /// The matches of networks that their names give away; none where the task is another.
  static func known(_ question: HeadQuestion) -> [HeadMatch] {
    for rule in named {
      let matches = rule.matches(question)
      if !matches.isEmpty { return matches }
    }
    return []
  }

  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    var all = known(question)
    // A number of classes that boxes have by their shape is no coincidence.
    if all.isEmpty, question.classes != nil { all = RowsRule.matches(question) }
    if all.isEmpty { all = shaped.flatMap { $0.matches(question) } }
    return all.filter { question.task == nil || $0.task == question.task }
  }
}
