import Basics
import Foundation
import TestSupport
import Testing

@testable import Dataflow
@testable import Planning

struct ModelStoreTests {
  private let folder: TemporaryFolder
  private let store: ModelStore

  init() throws {
    folder = try TemporaryFolder()
    store = ModelStore(folder: folder.path + "/calibrations")
  }

  private func calibration(
    machine: Machine = Machine(.local, libraries: ["engine": "1.0"]), seconds: Double = 0.5
  ) -> Calibration {
    let footprint = Footprint("500 × 375", size: 1000)
    var calibration = Calibration(
      application: "classify", signature: "as it was", machine: machine, footprints: [footprint])
    calibration.add(
      PerformanceModel.Point(
        footprint: footprint, workers: 1, seconds: Measurement(of: [seconds]) ?? Measurement(median: 0)),
      of: PerformanceModel.Subject(stage: "decode", implementation: "native", device: "cpu"))
    return calibration
  }

  private func error(_ signature: String = "as it was", libraries: [String: String] = ["engine": "1.0"])
    -> CalibrationError?
  {
    do {
      _ = try store.load("classify", signature: signature, on: Machine(.local, libraries: libraries))
      return nil
    } catch { return error }
  }

  @Test func whatIsSavedIsLoaded() throws {
    let saved = calibration()
    try store.save(saved)
    let loaded = try store.load("classify", signature: "as it was", on: saved.machine)
    #expect(loaded == saved)
  }

  @Test func saysWhatIsMissing() throws {
    #expect(error() == .missing("classify"))
    #expect(error()?.description == "classify is not calibrated; run: drivetrain calibrate classify")
    try store.save(calibration())
    #expect(error("as it is") == .otherApplication("classify"))
  }

  @Test func aChangedLibraryOrDeviceInvalidates() throws {
    try store.save(calibration())
    #expect(
      error(libraries: ["engine": "1.1", "other": "2"])
        == .otherMachine(
          "classify", differences: ["engine was 1.0 and is 1.1", "other (2) is new"]))
    #expect(error(libraries: [:]) == .otherMachine("classify", differences: ["engine (1.0) is gone"]))
  }

  /// What was measured of a device that is left out, and may be lost, doesn't matter; everything else does.
  @Test func devicesThatAreLeftOut() throws {
    func machine(_ names: [String], cores: Int = 2) -> Platform {
      Platform(devices: names.map { SimulatedDevice($0, .cpu, .likeHere(1), cores: cores) })
    }
    let whole = machine(["cpu", "gpu", "fpga"])
    var saved = calibration(machine: Machine(whole, libraries: [:]))
    for point in saved.models[0].points {
      saved.add(
        point, of: PerformanceModel.Subject(stage: "decode", implementation: "native", device: "gpu"))
    }
    try store.save(saved)
    func load(_ platform: Platform) throws -> Calibration {
      try store.load(
        "classify", signature: "as it was", on: Machine(platform, libraries: [:]), isWhole: !platform.isPart)
    }
    #expect(!whole.isPart && whole.only(["cpu"]).isPart)
    #expect(throws: CalibrationError.self) { try load(machine(["cpu", "fpga"])) }
    #expect(try load(machine(["cpu", "fpga"]).only(["cpu", "fpga"])) == saved)
    #expect(throws: CalibrationError.self) {
      try load(machine(["cpu", "fpga"], cores: 3).only(["cpu", "fpga"]))
    }
  }

  /// Before an hour of measuring, and not behind it.
  @Test func whetherItCanBeSaved() throws {
    try store.check("classify", signature: "as it was")
    let path = store.path(of: "classify", signature: "as it was")
    #expect(!FileManager.default.fileExists(atPath: path))
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let error = #expect(throws: FileError.self) { try store.check("classify", signature: "as it was") }
    #expect(error?.description.contains("it is a folder") == true)
    #expect(throws: FileError.self) {
      try ModelStore(folder: "/proc/nope").check("classify", signature: "")
    }
  }

  /// Truncated anywhere, or of somebody else: refused by name, and not touched.
  @Test func refusesDamagedFiles() throws {
    try store.save(calibration())
    let path = store.path(of: "classify", signature: "as it was")
    let whole = try Data(contentsOf: URL(filePath: path))
    let foreign =
      [
        Data(), Data("{}".utf8), Data("[1, 2]".utf8), Data("\u{0}\u{1}".utf8),
        Data(#"{"format": 2, "calibration": {"application": 3}}"#.utf8),
        Data(String(decoding: whole, as: UTF8.self).replacing("\"format\" : 2", with: "\"format\" : 1").utf8),
      ]
      + ["-1", "0", "1e308"].map { median in
        Data(
          String(decoding: whole, as: UTF8.self).replacing("\"median\" : 0.5", with: "\"median\" : \(median)")
            .utf8)
      }
      + [Data(String(decoding: whole, as: UTF8.self).replacing("\"classify\"", with: "\"other\"").utf8)]
    for data in stride(from: 0, to: whole.count - 2, by: 37).map({ whole.prefix($0) }) + foreign {
      try data.write(to: URL(filePath: path))
      guard case .unreadable("classify", path, _)? = error() else {
        Issue.record("\(data.count) bytes were taken for a calibration")
        continue
      }
      #expect(error()?.description.contains("drivetrain calibrate classify") == true)
      #expect(try Data(contentsOf: URL(filePath: path)) == data)
    }
  }
}
