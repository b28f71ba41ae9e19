import Glibc

/// The process's open files; a connection is one.
package enum OpenFiles {
  /// How many are open now; 0 without `/proc`.
  package static var count: Int {
    guard let folder = opendir("/proc/self/fd") else { return 0 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return max(0, count - 3)  // Without ".", ".." and the folder's own.
  }

  /// How many may be open.
  package static var limit: Int { Int(clamping: limits.rlim_cur) }

  /// Raises the limit to the most that the system allows.
  ///
  /// - Returns: the limit then.
  package static func raiseLimit() -> Int {
    var raised = limits
    raised.rlim_cur = raised.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised)
    return limit
  }

  private static var limits: rlimit {
    var limits = rlimit(rlim_cur: 1024, rlim_max: 1024)
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
    return limits
  }
}
