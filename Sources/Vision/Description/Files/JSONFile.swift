import Basics
import Foundation

/// A value of a JSON file.
enum JSONValue: Decodable, Sendable {
  case null
  case boolean(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }
}

/// An object of a JSON file that an exporter wrote. Values of the wrong type are errors that name the file and the key; `null`
/// is no value.
struct JSONFile: Sendable {
  let path: String
  /// The key of the object within the file, for messages; empty for the file's own.
  private let place: String
  private let values: [String: JSONValue]

  private static let maximumBytes = 16 << 20

  /// - Throws: `DescriptionError.refused` if it can't be read, or is no object.
  init(contentsOf path: String) throws(DescriptionError) {
    self.path = path
    place = ""
    let data: Data
    do {
      data = try Data.read(path, atMost: Self.maximumBytes)
    } catch {
      throw .refused(file: path, key: nil, reason: "can't be read: \(error)")
    }
    guard let value = try? JSONDecoder().decode(JSONValue.self, from: data) else {
      throw .refused(file: path, key: nil, reason: "is not JSON, or is broken")
    }
    guard case .object(let values) = value else {
      throw .refused(file: path, key: nil, reason: "is not a JSON object")
    }
    self.values = values
  }

  private init(path: String, place: String, values: [String: JSONValue]) {
    self.path = path
    self.place = place
    self.values = values
  }

  /// The keys that have a value.
  var keys: [String] { values.keys.filter { has($0) }.sorted() }

  func has(_ key: String) -> Bool { self[key] != nil }

  func error(_ key: String, _ reason: String) -> DescriptionError {
    .refused(file: path, key: place + key, reason: reason)
  }

  subscript(key: String) -> JSONValue? {
    guard let value = values[key] else { return nil }
    if case .null = value { return nil }
    return value
  }

  func text(_ key: String) throws(DescriptionError) -> String? {
    guard let value = self[key] else { return nil }
    guard case .text(let text) = value else { throw error(key, "must be text") }
    return text
  }

  func flag(_ key: String) throws(DescriptionError) -> Bool? {
    guard let value = self[key] else { return nil }
    guard case .boolean(let flag) = value else { throw error(key, "must be true or false") }
    return flag
  }

  func number(_ key: String, in range: ClosedRange<Double>) throws(DescriptionError) -> Double? {
    guard let value = self[key] else { return nil }
    guard case .number(let number) = value, range.contains(number) else {
      throw error(key, "must be a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(DescriptionError) -> Int? {
    guard let value = self[key] else { return nil }
    guard case .number(let number) = value, let integer = Int(exactly: number), range.contains(integer) else {
      throw error(key, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  func numbers(_ key: String) throws(DescriptionError) -> [Double]? {
    guard let value = self[key] else { return nil }
    guard case .list(let list) = value else { throw error(key, "must be a list of numbers") }
    var numbers: [Double] = []
    for element in list {
      guard case .number(let number) = element else { throw error(key, "must be a list of numbers") }
      numbers.append(number)
    }
    return numbers
  }

  func texts(_ key: String) throws(DescriptionError) -> [String]? {
    guard let value = self[key] else { return nil }
    guard case .list(let list) = value else { throw error(key, "must be a list of texts") }
    var texts: [String] = []
    for element in list {
      guard case .text(let text) = element else { throw error(key, "must be a list of texts") }
      texts.append(text)
    }
    return texts
  }

  /// `nil` also where the value is of another type.
  func object(_ key: String) -> JSONFile? {
    guard case .object(let inner)? = self[key] else { return nil }
    return JSONFile(path: path, place: place + key + ".", values: inner)
  }

  /// Names by their numbers from 0, such as `id2label`.
  func numberedNames(_ key: String) throws(DescriptionError) -> [String]? {
    guard self[key] != nil else { return nil }
    guard let object = object(key) else { throw error(key, "must be an object of names by their numbers") }
    var names: [String] = []
    for index in 0..<object.values.count {
      guard case .text(let name)? = object.values["\(index)"] else {
        throw error(
          key, "has \(object.values.count.counted("name")), but none, or no text, for number \(index)")
      }
      names.append(name)
    }
    return names
  }
}
