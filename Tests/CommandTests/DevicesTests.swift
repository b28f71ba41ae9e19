import Foundation
import TestSupport
import Testing

/// Drivers that fail are told of and take nothing else down.
@Suite struct DevicesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func devices(_ environment: [String: String] = [:]) throws -> [Substring] {
    let run = try Drivetrain.run("devices", environment: environment)
    #expect(run.exitCode == 0 && run.standardError == "")
    return run.standardOutput.split(separator: "\n")
  }

  /// The drivers that are installed, and one more.
  private func devices(withDriver library: String) throws -> [Substring] {
    let installed = "/etc/OpenCL/vendors"
    for file in try FileManager.default.contentsOfDirectory(atPath: installed) {
      try FileManager.default.copyItem(atPath: "\(installed)/\(file)", toPath: "\(folder.path)/\(file)")
    }
    try folder.write(Data("\(library)\n".utf8), to: "broken.icd")
    return try devices(["OCL_ICD_VENDORS": folder.path])
  }

  @Test func all() throws {
    let lines = try devices()
    #expect(lines.contains { $0.hasPrefix("cpu  ") })
    #expect(lines.contains { $0.hasPrefix("opencl:0  ") && $0.hasSuffix("on the cores of cpu") })
    #expect(!lines.contains { $0.hasPrefix("unavailable") })
    let json = try Drivetrain.run("devices", "--json").standardOutput
    #expect(json.contains(#""silicon":"cpu""#) && json.contains(#""unavailable":[]"#))
  }

  /// OpenCL takes tens of milliseconds to begin, which nobody pays who only wants the CPU.
  @Test func openCLIsLeftAloneUntilSomebodyAsks() throws {
    let picture = try folder.write(Repository.image("variants/rgb.png"), to: "image.png")
    for (arguments, isLoaded) in [(["infer", "classify", picture], false), (["devices"], true)] {
      let process = try ChildProcess(Drivetrain.path, arguments, environment: ["LD_DEBUG": "libs"])
      #expect(try process.wait() == 0)
      #expect(process.standardError.contains("libOpenCL.so") == isLoaded)
    }
  }

  @Test func twoOfOnePlatform() throws {
    let lines = try devices(["POCL_DEVICES": "pthread basic"])
    #expect(lines.contains { $0.hasPrefix("opencl:0  ") } && lines.contains { $0.hasPrefix("opencl:1  ") })
  }

  @Test func garbage() throws {
    let garbage = try folder.write(Data("no library".utf8), to: "garbage.so")
    let lines = try devices(withDriver: garbage)
    #expect(lines.contains { $0.hasPrefix("opencl:0  ") })
    #expect(lines.last == "unavailable  OpenCL driver \(garbage): \(garbage): file too short")
  }

  @Test func aLibraryThatIsNoDriver() throws {
    let lines = try devices(withDriver: "libm.so.6")
    #expect(lines.contains { $0.hasPrefix("opencl:0  ") })
    #expect(
      lines.last
        == "unavailable  OpenCL driver libm.so.6: the library has no clGetExtensionFunctionAddress: it is no OpenCL driver"
    )
  }

  @Test func aFileThatNamesNothing() throws {
    let lines = try devices(withDriver: "")
    #expect(lines.contains { $0.hasPrefix("opencl:0  ") })
    #expect(lines.last == "unavailable  OpenCL driver \(folder.path)/broken.icd: the file names no library")
  }

  /// A driver that loads and then fails to initialise.
  @Test func aDriverThatFails() throws {
    let source = try folder.write(
      Data(
        """
        static int platforms(unsigned n, void **list, unsigned *count) { return -6; }
        void *clGetExtensionFunctionAddress(const char *name) { return platforms; }
        """.utf8), to: "driver.c")
    let library = folder.path + "/driver.so"
    let compiler = try ChildProcess("/usr/bin/env", ["clang", "-shared", "-fPIC", "-o", library, source])
    try #require(try compiler.wait() == 0, "\(compiler.standardError)")
    let lines = try devices(withDriver: library)
    #expect(lines.contains { $0.hasPrefix("opencl:0  ") })
    #expect(
      lines.last
        == "unavailable  OpenCL driver \(library): the driver can't list its platforms: CL_OUT_OF_HOST_MEMORY"
    )
  }

  @Test func platformsWithoutDevices() throws {
    let lines = try devices(["POCL_DEVICES": "nonsense"])
    #expect(lines.contains { $0.hasPrefix("cpu  ") } && !lines.contains { $0.hasPrefix("opencl") })
    #expect(lines.last == "unavailable  OpenCL platform 'Portable Computing Language': it has no device")
  }

  @Test func noDrivers() throws {
    let lines = try devices(["OCL_ICD_VENDORS": folder.path])
    #expect(lines.count == 2 && lines[0].hasPrefix("cpu  "))
    #expect(
      lines.last == "unavailable  OpenCL: no driver is installed; Scripts/setup installs one for the CPU")
  }
}
