import Foundation
import TestSupport
import Testing

/// What `infer` and `train` say of energy, where a platform file declares watts; and that they say nothing without, but
/// where there is a meter.
@Suite struct EnergyTests {
  private let folder: TemporaryFolder
  private let platform: String

  init() throws {
    folder = try TemporaryFolder()
    platform = try folder.write("devices: {cpu: {watts: {idle: 10, full: 30}}}".utf8, to: "here.yaml")
  }

  private func energy(_ arguments: [String]) throws -> (energy: [String: Any]?, report: [String: Any]) {
    let process = try ChildProcess(Drivetrain.path, arguments + ["--json"])
    #expect(try process.wait() == 0, "\(process.standardError)")
    let object = try JSONSerialization.jsonObject(with: Data(process.standardOutput.utf8))
    let report = try #require(object as? [String: Any])
    return (report["energy"] as? [String: Any], report)
  }

  @Test func infer() throws {
    let image = try Repository.path(".deps/images/small.jpg")
    let arguments = ["infer", "classify", image, image]
    let (modelled, report) = try energy(arguments + ["--platform", platform])
    #expect(modelled?["source"] as? String == "modelled")
    let joules = try #require(modelled?["joules_per_item"] as? Double)
    // At least the idle watts for as long as the images took, which is all but a few milliseconds of the run.
    let items = try #require(report["items"] as? [[String: Any]])
    let times = items.compactMap { ($0["attribution"] as? [String: Any])?["total_us"] as? Double }
    #expect(times.count == 2 && joules > 10 * times.reduce(0, +) / 2e6)
    let unknown = try energy(arguments).energy
    #expect(unknown == nil || unknown?["source"] as? String == "measured")

    let spoken = try Drivetrain.run("infer", "classify", image, "--platform", platform)
    #expect(spoken.standardOutput.contains(" J for an image (modelled)"), "\(spoken.standardOutput)")
  }

  @Test func train() throws {
    func arguments(_ run: String) -> [String] {
      [
        "train", "dqn-cartpole", "--output", folder.path + run, "--set", "steps=512", "hidden=[16,16]",
        "learning_starts=100", "n_eval_episodes=2",
      ]
    }
    let (modelled, report) = try energy(arguments("/a") + ["--platform", platform])
    #expect(modelled?["source"] as? String == "modelled")
    let joules = try #require(modelled?["joules_per_item"] as? Double)
    let seconds = try #require(report["seconds"] as? Double)
    // Between idle, and one of at least two cores at work; for each of 512 steps.
    #expect((9.9...31).contains(joules * 512 / seconds), "\(joules) J, \(seconds) s")
    let unknown = try energy(arguments("/b")).energy
    #expect(unknown == nil || unknown?["source"] as? String == "measured")
  }

  @Test func nothingRunsOnWhatIsNotHere() throws {
    for command in [["infer", "classify", "x.jpg"], ["train", "dqn-cartpole"]] {
      let process = try ChildProcess(Drivetrain.path, command + ["--platform", "desktop-rtx4090"])
      #expect(try process.wait() == 2)
      #expect(
        process.standardError.contains("nothing can be run on desktop-rtx4090"), "\(process.standardError)")
    }
  }
}
