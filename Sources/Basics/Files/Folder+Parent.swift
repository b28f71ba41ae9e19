extension Folder {
  /// The folder of a path's last name: empty for a name alone, `/` for a name in the root.
  public static func parent(of path: String) -> String {
    let trimmed = path.reversed().drop { $0 == "/" }.reversed()
    guard let slash = trimmed.lastIndex(of: "/") else { return "" }
    let parent = String(String(trimmed[..<slash]).reversed().drop { $0 == "/" }.reversed())
    return parent.isEmpty ? "/" : parent
  }
}
