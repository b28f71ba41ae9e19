/// The origin of a model's versions.
enum ModelSource: Sendable {
  /// A pipeline on the command line. Its one version is 1.
  case pipeline(String)
  case repository(ModelRepository)
  /// The program that contains the server.
  case program

  /// The versions there are, the highest first. Reads the disk.
  func versions(of name: String) throws -> [Int] {
    switch self {
    case .pipeline: [1]
    case .repository(let repository): try repository.versions(of: name)
    case .program: throw RepositoryError.noFiles(name)
    }
  }

  /// The pipeline's name or path.
  func reference(of name: String, version: Int) throws -> String {
    switch self {
    case .pipeline(let reference): reference
    case .repository(let repository): try repository.reference(of: name, version: version)
    case .program: throw RepositoryError.noFiles(name)
    }
  }
}
