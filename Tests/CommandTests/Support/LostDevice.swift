import Foundation
import TestSupport
import Testing

/// An OpenCL driver in front of the installed one: its device is lost after so many kernels, or as soon as `lose` is
/// called.
struct LostDevice {
  private let folder: TemporaryFolder
  /// What a program needs to see it.
  let environment: [String: String]

  init(afterKernels kernels: Int = 1_000_000) throws {
    folder = try TemporaryFolder()
    let installed = "/etc/OpenCL/vendors"
    let file = try #require(
      FileManager.default.contentsOfDirectory(atPath: installed).first { $0.hasSuffix(".icd") })
    let driver = try String(contentsOfFile: "\(installed)/\(file)", encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let source = try folder.write(Data(Self.source.utf8), to: "driver.c")
    let library = folder.path + "/driver.so"
    let compiler = try ChildProcess("/usr/bin/env", ["clang", "-shared", "-fPIC", "-o", library, source])
    try #require(try compiler.wait() == 0, "\(compiler.standardError)")
    try folder.write(Data("\(library)\n".utf8), to: "lost.icd")
    environment = [
      "OCL_ICD_VENDORS": folder.path, "LOST_DRIVER": driver, "LOST_AFTER": "\(kernels)",
      "LOST_IF": folder.path + "/lost",
    ]
  }

  /// From now on its kernels fail.
  func lose() throws { try folder.write(Data(), to: "lost") }

  /// The drivers' functions are in a table at the head of all their objects; kernels are started by the 60th
  /// (`cl_icd.h`).
  private static let source = """
    #include <dlfcn.h>
    #include <stddef.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>

    typedef int (*List)(unsigned, void **, unsigned *);
    typedef int (*Launch)(void *, void *, unsigned, const size_t *, const size_t *, const size_t *, unsigned, void **,
                          void **);
    static List list;
    static Launch launch;

    static int launch_or_fail(void *queue, void *kernel, unsigned dimensions, const size_t *offset, const size_t *size,
                              const size_t *group, unsigned count, void **events, void **event) {
      static int launched = 0;
      if (++launched > atoi(getenv("LOST_AFTER")) || access(getenv("LOST_IF"), F_OK) == 0) return -2;
      return launch(queue, kernel, dimensions, offset, size, group, count, events, event);
    }

    static int platforms(unsigned size, void **found, unsigned *count) {
      int code = list(size, found, count);
      if (code != 0 || !found) return code;
      void **table = *(void ***)found[0];
      if (table[59] != (void *)launch_or_fail) launch = (Launch)table[59];
      table[59] = (void *)launch_or_fail;
      return code;
    }

    void *clGetExtensionFunctionAddress(const char *name) {
      void *driver = dlopen(getenv("LOST_DRIVER"), RTLD_NOW);
      void *(*get)(const char *) = driver ? (void *(*)(const char *))dlsym(driver, __func__) : NULL;
      if (!get || strcmp(name, "clIcdGetPlatformIDsKHR") != 0) return get ? get(name) : NULL;
      list = (List)get(name);
      return list ? (void *)platforms : NULL;
    }
    """
}
