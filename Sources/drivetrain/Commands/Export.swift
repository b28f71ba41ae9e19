import ArgumentParser
import Basics
import Dataflow
import Planning
import Reinforcement

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a trained policy as an ONNX file.",
    discussion: """
      The file takes observations of any number and gives actions as the environment takes them. It is kept only if it \
      acts as the policy does on 1,000 observations.

      Example:
        drivetrain export runs/dqn-cartpole-seed0 --onnx cartpole.onnx
        drivetrain serve cartpole.onnx
      """)

  @Argument(help: "A checkpoint that 'drivetrain train' has written, or a run's folder: its best one.")
  var checkpoint: String

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var onnx: String

  func run() throws {
    let trained = try TrainedPolicy(contentsOf: RunDirectory.checkpoint(at: checkpoint))
    guard (try? TrainedPolicy(contentsOf: onnx)) == nil else {
      throw FileError("\(onnx) is a checkpoint, which it would replace; name another file by --onnx")
    }
    let agreement = try PolicyExport.write(trained.exported(), to: onnx, check: trained.recordCheck())
    inform(
      "\(onnx) agrees with the policy on \(agreement.observations) observations; the largest difference is "
        + "\(agreement.largestDifference)")
  }
}
