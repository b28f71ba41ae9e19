/// What a path to a model stands for, where a pipeline is wanted.
public enum ModelUse: Sendable, Hashable {
  /// A pipeline of images; an error where the model can't be one.
  case images
  /// A pipeline of images where something says so: an exporter's files, the names of a known network, or what is stated; else one of
  /// tensors.
  case imagesIfEvident
}
