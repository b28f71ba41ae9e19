/// How much more memory this process can take, and what sets the limit.
public struct AvailableMemory: Hashable, Sendable {
  public let bytes: Int
  public let limit: MemoryShortage.Limit

  public init(bytes: Int, limit: MemoryShortage.Limit) {
    self.bytes = bytes
    self.limit = limit
  }

  /// The least of the machine's available memory, the process's address limit (`ulimit -v`), and the limits
  /// of its control groups, version 1 or 2. Droppable file pages count as available.
  ///
  /// - Parameter root: the folder of `/proc` and `/sys`.
  /// - Returns: `nil` if the system doesn't report it.
  public static func current(root: String = "") -> AvailableMemory? {
    let machine = KernelFile(root + "/proc/meminfo")?.number(of: "MemAvailable").map {
      AvailableMemory(bytes: $0 &* 1024, limit: .machine)
    }
    return ([machine, addresses(root)].compactMap { $0 } + controlGroups(root)).min { $0.bytes < $1.bytes }
  }

  /// The rest of the process's address space, if it is limited.
  private static func addresses(_ root: String) -> AvailableMemory? {
    guard let limit = KernelFile(root + "/proc/self/limits")?.number(of: "Max address space"),
      let used = KernelFile(root + "/proc/self/status")?.number(of: "VmSize")
    else { return nil }
    return AvailableMemory(bytes: max(0, limit - used &* 1024), limit: .addressSpace)
  }

  /// The rest in each control group that limits memory.
  private static func controlGroups(_ root: String) -> [AvailableMemory] {
    (KernelFile(root + "/proc/self/cgroup")?.lines ?? []).flatMap { line -> [AvailableMemory] in
      // "0::/path" is version 2; "4:memory:/path" is version 1's memory controller.
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      let files: Files? =
        if fields[1].isEmpty {
          .version2
        } else {
          fields[1].split(separator: ",").contains("memory") ? .version1 : nil
        }
      guard let files else { return [] }
      // In a container the path may be the host's; then only its root exists here.
      return ancestors(String(fields[2])).compactMap { files.available(in: root + files.mount + $0) }
    }
  }

  /// The files of one control-group version.
  private struct Files {
    let mount, limit, usage, droppable: String

    static let version1 = Files(
      mount: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes",
      droppable: "total_inactive_file")
    static let version2 = Files(
      mount: "/sys/fs/cgroup", limit: "memory.max", usage: "memory.current", droppable: "inactive_file")

    func available(in folder: String) -> AvailableMemory? {
      // Unlimited is "max", or so much that it is no limit.
      guard let limit = KernelFile("\(folder)/\(limit)")?.number,
        let usage = KernelFile("\(folder)/\(usage)")?.number
      else { return nil }
      let dropped = KernelFile(folder + "/memory.stat")?.number(of: droppable) ?? 0
      return AvailableMemory(bytes: max(0, limit - max(0, usage - dropped)), limit: .controlGroup)
    }
  }

  /// A path, its parent, and so on up to the root, which is the empty string.
  private static func ancestors(_ path: String) -> [String] {
    let names = path.split(separator: "/")
    return (0...names.count).reversed().map { names.prefix($0).map { "/" + $0 }.joined() }
  }
}
