/// An entry of a checkpoint's index.
struct CheckpointPart: Codable, Hashable {
  var name: String
  var size: Int
}
