import Basics
import Dataflow
import Foundation

/// The names of a network's classes, in its order.
struct LabelNames: Sendable {
  private static let maximumBytes = 16 << 20

  private(set) var names: [String] = []
  /// The class of the first name.
  private(set) var first = 0

  /// None: classes are called by their numbers.
  init() {}

  init(_ names: [String]) { self.names = names }

  /// Reads the key `labels`: a text file with a name a line, or a list of names.
  ///
  /// - Throws: `ConfigurationError` if they can't be read.
  init(_ parameters: StageParameters) throws {
    guard let node = parameters.values["labels"] else { return }
    if let list = try? node.list() {
      names = try list.map { try $0.string() }
      return
    }
    let path = try parameters.path("labels")
    do {
      names = Self.lines(of: try String.read(path, atMost: Self.maximumBytes))
    } catch {
      throw node.error(
        "the labels at \(path) can't be read: \(error); run Scripts/setup, or correct the path")
    }
  }

  /// Any line endings; a file may end in one or in several.
  static func lines(of text: String) -> [String] {
    var names = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
      $0.trimmingCharacters(in: .whitespaces.union(["\u{FEFF}"]))
    }
    while names.last == "" { names.removeLast() }
    return names
  }

  subscript(index: Int) -> String {
    names.indices.contains(index - first) ? names[index - first] : "class \(index)"
  }

  /// The names of a network that counts its classes from 1, where 0 is the background: that may have a name or none.
  func countedFromOne() -> LabelNames {
    var labels = self
    labels.first = hasBackground ? 0 : 1
    return labels
  }

  /// Whether the first name is of no class, as in lists of networks that count from 1.
  var hasBackground: Bool {
    let backgrounds = ["background", "__background__", "unlabeled", "unlabelled", "???", "n/a", "bg"]
    return names.first.map { backgrounds.contains($0.lowercased()) } ?? false
  }

  /// Refuses labels of another network.
  ///
  /// - Parameter classes: those that the network has; `nil` where that isn't known.
  /// - Throws: `ConfigurationError`.
  func check(classes: Int?, of noun: String, _ parameters: StageParameters) throws {
    guard let node = parameters.values["labels"], let classes, classes != names.count else { return }
    let source =
      (try? parameters.path("labels")).map { (try? node.list()) == nil ? $0 : node.path } ?? node.path
    throw node.error(
      "\(source) has \(names.count.counted("label")), but the model gives \(classes.counted(noun)); it needs one line for each"
    )
  }
}
