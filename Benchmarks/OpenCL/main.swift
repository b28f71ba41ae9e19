import Dataflow
import Foundation
import OpenCL
import OpenCLReinforcement
import OpenCLVision

// What OpenCL devices cost and give: launches, transfers, the stages and the learners that run on them, against the
// CPU. Medians; the CPU's own implementations run in turns with them.
//
//     swift run -c release bench-opencl [SECONDS] [IMAGE…]

let arguments = CommandLine.arguments.dropFirst()
let seconds = arguments.first.flatMap { Double($0) } ?? 1
OpenCLDevice.registerVision()
OpenCLDevice.registerNetworks()
for case let device as OpenCLDevice in Platform.local.devices {
  print("\(device.name): \(device.model), \(device.driver)")
  try DeviceTiming(device, seconds: seconds).run()
  for learner in LearnerTiming.all { try learner.run(device, seconds: seconds) }
  for path in arguments.dropFirst() {
    try PixelTiming(path, device, seconds: seconds).run()
  }
}
