// swift-tools-version: 6.2
import PackageDescription

// The targets in which threads meet, and their tests, so that running them under the thread sanitizer builds neither the HTTP
// stack nor the native libraries. Planning computes on one thread; only the support of tests needs it. To run them:
//
//     swift test --package-path Tests/Sanitizer --scratch-path .build-tsan --sanitize=thread

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "sanitizer",
  dependencies: [
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
  ],
  targets: [
    .target(name: "CCores", path: "CCores", cSettings: [.unsafeFlags(["-O2"])]),
    .target(name: "COpenCL", path: "COpenCL", linkerSettings: [.linkedLibrary("dl")]),
    .target(
      name: "Basics", dependencies: [.product(name: "Yams", package: "Yams")], path: "Basics",
      swiftSettings: swift),
    .target(name: "Dataflow", dependencies: ["Basics"], path: "Dataflow", swiftSettings: swift),
    .target(
      name: "Planning",
      dependencies: [
        "Basics", "Dataflow", "CCores", .product(name: "HeapModule", package: "swift-collections"),
      ],
      path: "Planning", swiftSettings: swift),
    .target(
      name: "OpenCL", dependencies: ["Basics", "Dataflow", "COpenCL"], path: "OpenCL", swiftSettings: swift),
    .target(
      name: "TestSupport", dependencies: ["Basics", "Dataflow", "OpenCL", "Planning"], path: "Support",
      swiftSettings: swift),
    .testTarget(
      name: "BasicsTests", dependencies: ["Basics", "TestSupport"], path: "BasicsTests", swiftSettings: swift),
    .testTarget(
      name: "DataflowTests", dependencies: ["Basics", "Dataflow", "TestSupport"], path: "DataflowTests",
      swiftSettings: swift),
    .testTarget(
      name: "OpenCLTests", dependencies: ["Basics", "Dataflow", "OpenCL", "COpenCL", "TestSupport"],
      path: "OpenCLTests", swiftSettings: swift),
  ]
)
