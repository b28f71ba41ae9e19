/// The mismatch between a pipeline's tensor and a network's input, and the stages' key that would help.
struct ModelFit {
  private let input: TensorDescription
  private let given: TensorDescription

  /// - Parameter given: with a batch of one in front.
  init(_ input: TensorDescription, _ given: TensorDescription) {
    self.input = input
    self.given = given
  }

  /// The suggested change; `nil` where no key would help.
  var advice: String? {
    guard input.shape.count == 4, given.shape.count == 4 else {
      return input.shape.count == 4
        ? nil : "images are three-dimensional, with a batch in front: [N, 3, height, width]"
    }
    var changes: [String] = []
    if let element = input.element, element != given.element {
      guard Normalisation.elements.contains(element) else {
        let names = Normalisation.elements.map(\.rawValue).joined(separator: ", ")
        return "images become \(names); convert it in the model, with a Cast"
      }
      changes.append("write 'element: \(element.rawValue)' in the normalise stage")
    }
    let isLast = channelsAreLast
    if isLast != givenIsLast {
      changes.append("write 'layout: \(isLast ? "nhwc" : "nchw")' in the normalise stage")
    }
    let (channels, height, width) = isLast ? (3, 1, 2) : (1, 2, 3)
    let (givenChannels, givenHeight, givenWidth) = givenIsLast ? (3, 1, 2) : (1, 2, 3)
    if let wanted = input.shape[channels], wanted != given.shape[givenChannels] {
      guard wanted == 1 || wanted == 3 else { return "images have 1 or 3 channels, not \(wanted)" }
      changes.append("write 'channels: \(wanted == 1 ? "grey" : "rgb")' in the normalise stage")
    }
    let wanted = (input.shape[height], input.shape[width])
    if wanted.0 ?? given.shape[givenHeight] != given.shape[givenHeight]
      || wanted.1 ?? given.shape[givenWidth] != given.shape[givenWidth]
    {
      changes.append("change the size that the resize stage gives")
    }
    return changes.isEmpty ? nil : changes.joined(separator: " and ")
  }

  private var channelsAreLast: Bool { isLast(input.shape) ?? givenIsLast }
  private var givenIsLast: Bool { isLast(given.shape) ?? false }

  /// Whether the channels, 1 or 3, are an image's last extent; `nil` where that is ambiguous.
  private func isLast(_ shape: [Int?]) -> Bool? {
    let channels: Set<Int?> = [1, 3]
    switch (channels.contains(shape[1]), channels.contains(shape[3])) {
    case (true, false): return false
    case (false, true): return true
    default: return nil
    }
  }
}
