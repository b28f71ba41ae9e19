// swift-tools-version: 6.2
import PackageDescription

// The core and its tests alone, so that running them under the thread sanitizer builds neither the HTTP stack nor
// the native libraries:
//
//     swift test --package-path Tests/Sanitizer --scratch-path .build-tsan --sanitize=thread

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "sanitizer",
  dependencies: [.package(url: "https://github.com/jpsim/Yams", exact: "6.2.2")],
  targets: [
    .target(name: "CCores", path: "CCores", cSettings: [.unsafeFlags(["-O2"])]),
    .target(name: "COpenCL", path: "COpenCL", linkerSettings: [.linkedLibrary("dl")]),
    .target(
      name: "Dataflow", dependencies: ["CCores", "COpenCL", .product(name: "Yams", package: "Yams")],
      path: "Dataflow", swiftSettings: swift),
    .target(name: "TestSupport", dependencies: ["Dataflow"], path: "Support", swiftSettings: swift),
    .testTarget(
      name: "DataflowTests", dependencies: ["Dataflow", "COpenCL", "TestSupport"], path: "DataflowTests",
      swiftSettings: swift),
  ]
)
