import Foundation

extension Decodable {
  /// Reads a JSON file of at most so many bytes.
  ///
  /// - Throws: `FileError` with the reason alone, without the path.
  package init(jsonFile path: String, atMost limit: Int) throws(FileError) {
    do {
      self = try JSONDecoder().decode(Self.self, from: Data.read(path, atMost: limit))
    } catch let error as FileError {
      throw error
    } catch DecodingError.keyNotFound(let key, _) {
      throw FileError("the key '\(key.stringValue)' is missing")
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
      throw FileError("'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is of another type")
    } catch is DecodingError {
      throw FileError("it is not valid JSON")
    } catch {
      throw FileError("it can't be read", error)
    }
  }
}
