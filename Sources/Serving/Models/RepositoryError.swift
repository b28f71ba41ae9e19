import Basics

/// An error of finding or loading a model.
enum RepositoryError: Equatable, CustomStringConvertible, RequestFailureConvertible {
  case wrongName(String)
  /// `repository` is `nil` if the server has none.
  case unknown(String, repository: String?)
  /// A version without a pipeline.
  case empty(String)
  /// A file states the name of another model.
  case otherName(String, file: String, of: String)
  case duplicateName(String)
  /// The same name on the command line and in a repository.
  case duplicateFolder(String)
  /// A program made the model.
  case noFiles(String)
  case nothingWorks(repository: String)

  var description: String {
    switch self {
    case .wrongName(let name):
      "'\(name.printable(atMost: 60))' can't be a model's name: that has 1 to \(ModelRepository.longestName) bytes, no '/', no control character, and no '.' at its beginning"
    case .unknown(let name, let repository?):
      "there is no model '\(name)'; add \(repository)/\(name)/1/pipeline.yaml, or model.onnx"
    case .unknown(let name, nil): "there is no model '\(name)', and the server has no --repository"
    case .empty(let folder): "there is neither pipeline.yaml nor model.onnx in \(folder)"
    case .otherName(let name, let file, let model):
      "\(file): 'name' is '\(name)', and the model is called '\(model)'; change 'name', or rename the model"
    case .duplicateName(let name): "two pipelines are named '\(name)'; change 'name' in one of the files"
    case .duplicateFolder(let name):
      "a pipeline is named '\(name)', and so is a model of the repository; rename one of them"
    case .noFiles(let name): "model '\(name)' comes from no file, so it can't be loaded again"
    case .nothingWorks(let repository): "no model in \(repository) works"
    }
  }

  var requestFailure: RequestFailure {
    if case .unknown = self {
      RequestFailure(.notFound, description)
    } else {
      RequestFailure(.invalid, description)
    }
  }
}

/// A model's newest version does not load, or does not work.
struct LoadFailure: Equatable, CustomStringConvertible, RequestFailureConvertible {
  let model: String
  let version: Int
  let reason: String
  /// The version that is served instead.
  let served: Int?

  var description: String {
    "model '\(model)': version \(version) can't be served: \(reason); "
      + (served.map { "version \($0) is served" } ?? "the model is not loaded")
  }

  var requestFailure: RequestFailure { RequestFailure(.invalid, description) }
}
