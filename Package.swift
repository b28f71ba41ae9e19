// swift-tools-version: 6.2
import PackageDescription

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// C is optimised in every configuration, so that tests run what ships. Where others depend on this package by its version,
// SwiftPM refuses flags; there the configuration decides.
let isDependency = Context.packageDirectory.contains("/checkouts/")
func optimised(_ level: String) -> [CSetting] { isDependency ? [] : [.unsafeFlags([level])] }

let package = Package(
  name: "drivetrain",
  products: [
    .library(name: "Dataflow", targets: ["Dataflow"]),
    .library(name: "Planning", targets: ["Planning"]),
    .library(name: "OpenCL", targets: ["OpenCL", "OpenCLVision", "OpenCLReinforcement"]),
    .library(name: "Vision", targets: ["Vision"]),
    .library(name: "Reinforcement", targets: ["Reinforcement"]),
    .executable(name: "drivetrain", targets: ["drivetrain"]),
  ],
  dependencies: [
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
    .package(
      url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
  ],
  targets: [
    // Files, configuration, formats, the system: what everything else may use.
    .target(
      name: "Basics", dependencies: [.product(name: "Yams", package: "Yams")], swiftSettings: swift),
    // The core: graph, platform, plans, runtime, tracing. No network, no vision, no learning, no planning.
    .target(name: "Dataflow", dependencies: ["Basics"], swiftSettings: swift),
    // Costs, the search for plans, simulation, calibration.
    .target(
      name: "Planning",
      dependencies: [
        "Basics", "Dataflow", "CCores", .product(name: "HeapModule", package: "swift-collections"),
      ],
      swiftSettings: swift),
    // Devices, each a folder; programs register those that they want.
    .target(
      name: "OpenCL", dependencies: ["Basics", "Dataflow", "COpenCL"], path: "Sources/Devices/OpenCL/Device",
      swiftSettings: swift),
    .target(
      name: "OpenCLVision", dependencies: ["Basics", "Dataflow", "Kernels", "OpenCL", "Vision"],
      path: "Sources/Devices/OpenCL/Vision", swiftSettings: swift),
    .target(
      name: "OpenCLReinforcement",
      dependencies: ["Basics", "Dataflow", "Kernels", "OpenCL", "Reinforcement"],
      path: "Sources/Devices/OpenCL/Reinforcement", swiftSettings: swift),
    // Optimised in every configuration, so that what one has measured holds for the others.
    .target(name: "CCores", cSettings: optimised("-O2")),
    .target(name: "COpenCL", linkerSettings: [.linkedLibrary("dl")]),

    // Numeric operations. The C half is optimised in every configuration: a debug build of a
    // vector kernel tests nothing that ships.
    .target(name: "CKernels", cSettings: optimised("-O3")),
    .target(name: "Kernels", dependencies: ["CKernels"], swiftSettings: swift),

    // Native libraries, one small target each.
    .target(
      name: "CJPEG", cSettings: optimised("-O2"), linkerSettings: [.linkedLibrary("jpeg")]),
    .systemLibrary(name: "CSPNG", pkgConfig: "spng", providers: [.apt(["libspng-dev"])]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
    .target(name: "COnnxRuntime", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "COpenVINO", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CDivision"),

    .target(
      name: "Vision",
      dependencies: [
        "Basics", "Dataflow", "Planning", "Kernels", "CKernels", "CJPEG", "CSPNG", "CWebP", "COnnxRuntime",
        "COpenVINO", "CDivision",
      ],
      swiftSettings: swift),
    .target(
      name: "Reinforcement", dependencies: ["Basics", "Dataflow", "Planning", "Kernels", "CKernels"],
      exclude: ["DQN", "DDPG", "TD3"].map { "Algorithms/\($0)/README.md" }, swiftSettings: swift),
    .target(
      name: "Serving",
      dependencies: [
        "Basics", "Dataflow", "Planning", "Vision",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOFoundationCompat", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      resources: [.embedInCode("Dashboard/index.html"), .embedInCode("Dashboard/try.html")],
      swiftSettings: swift),
    // The load generator.
    .target(
      name: "Load",
      dependencies: [
        "Basics", "Vision",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOFoundationCompat", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: swift),
    .executableTarget(
      name: "drivetrain",
      dependencies: [
        "Basics", "Dataflow", "Planning", "OpenCL", "OpenCLReinforcement", "OpenCLVision", "Reinforcement",
        "Vision", "Serving", "Load",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: swift),

    // Measurements: each prints its own comparison. `make bench` runs them all.
    .executableTarget(
      name: "bench-overhead", dependencies: ["Basics", "Dataflow"], path: "Benchmarks/Overhead",
      swiftSettings: swift),
    .executableTarget(
      name: "bench-planner", dependencies: ["Basics", "Dataflow", "Planning", "TestSupport"],
      path: "Benchmarks/Planner",
      swiftSettings: swift),
    .executableTarget(
      name: "bench-plans",
      dependencies: [
        "Basics", "Dataflow", "Planning", "OpenCLReinforcement", "OpenCLVision", "OpenCL", "Reinforcement",
        "Vision",
        "TestSupport",
      ],
      path: "Benchmarks/Plans", swiftSettings: swift),
    .executableTarget(
      name: "bench-zero-load", dependencies: ["Basics", "Dataflow", "Kernels", "Vision", "Serving"],
      path: "Benchmarks/ZeroLoad", swiftSettings: swift),
    .executableTarget(
      name: "bench-engines", dependencies: ["Basics", "Dataflow", "Kernels", "Vision", "TestSupport"],
      path: "Benchmarks/Engines", swiftSettings: swift),
    .executableTarget(
      name: "bench-preprocess", dependencies: ["Basics", "Vision", "Kernels", "CJPEG"],
      path: "Benchmarks/Preprocess", swiftSettings: swift),
    .executableTarget(
      name: "bench-tasks", dependencies: ["Vision", "Kernels"], path: "Benchmarks/Tasks",
      swiftSettings: swift),
    .executableTarget(
      name: "bench-replay", dependencies: ["Basics", "Reinforcement", "Kernels"], path: "Benchmarks/Replay",
      swiftSettings: swift),
    .executableTarget(
      name: "bench-environments", dependencies: ["Basics", "Reinforcement", "Kernels"],
      path: "Benchmarks/Environments", swiftSettings: swift),
    .executableTarget(
      name: "bench-networks", dependencies: ["Basics", "Reinforcement", "Kernels"],
      path: "Benchmarks/Networks",
      swiftSettings: swift),
    .executableTarget(
      name: "bench-training", dependencies: ["Basics", "Dataflow", "Reinforcement"],
      path: "Benchmarks/TrainingSpeed",
      swiftSettings: swift),
    .executableTarget(
      name: "bench-opencl",
      dependencies: [
        "Basics", "Dataflow", "Kernels", "OpenCL", "OpenCLReinforcement", "OpenCLVision", "Reinforcement",
        "Vision",
      ],
      path: "Benchmarks/OpenCL", swiftSettings: swift),
    // Damaged images against the image path: swift run -c release fuzz-images.
    .executableTarget(
      name: "fuzz-images",
      dependencies: ["Basics", "Dataflow", "Vision", "Kernels", "JPEGWriter", "TestSupport"],
      path: "Fuzz/Images", swiftSettings: swift),
    // Damaged bytes of every other kind against what reads them: swift run -c release fuzz json.
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Basics", "Dataflow", "Planning", "Reinforcement", "Serving", "Vision", "TestSupport", "Wire",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ],
      path: "Fuzz/Formats", swiftSettings: swift),
    // Hostile clients against a built server: make attack.
    .executableTarget(
      name: "attack", dependencies: ["Basics", "TestSupport", "Wire"], path: "Attack", swiftSettings: swift),

    .target(
      name: "TestSupport", dependencies: ["Basics", "Dataflow", "Planning", "OpenCL"], path: "Tests/Support",
      swiftSettings: swift),
    // Clients that speak HTTP as badly as a test wants.
    .target(
      name: "Wire",
      dependencies: [
        "TestSupport",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHPACK", package: "swift-nio-http2"),
      ],
      path: "Tests/Wire", swiftSettings: swift),
    // JPEGs that usual programs don't write.
    .target(name: "JPEGWriter", path: "Tests/JPEGWriter", linkerSettings: [.linkedLibrary("jpeg")]),
    // Whether training allocates: swift run -c release allocation-check.
    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    .executableTarget(
      name: "allocation-check", dependencies: ["Basics", "Dataflow", "Reinforcement", "AllocationCounter"],
      path: "Tests/AllocationCheck", swiftSettings: swift),
    // Decodes an image within limited memory.
    .executableTarget(
      name: "decode-within", dependencies: ["Basics", "Vision"], path: "Tests/DecodeWithin",
      swiftSettings: swift),
    // Writes checkpoints until a test kills it.
    .executableTarget(
      name: "checkpoint-loop", dependencies: ["Basics", "Reinforcement"], path: "Tests/CheckpointLoop",
      swiftSettings: swift),
    .testTarget(name: "BasicsTests", dependencies: ["Basics", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "DataflowTests", dependencies: ["Basics", "Dataflow", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "PlanningTests", dependencies: ["Basics", "Dataflow", "Planning", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "OpenCLTests", dependencies: ["Basics", "Dataflow", "OpenCL", "COpenCL", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "CKernels", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "VisionTests",
      dependencies: [
        "Basics", "Dataflow", "Planning", "Vision", "Kernels", "OpenCL", "OpenCLVision", "decode-within",
        "fuzz-images", "JPEGWriter", "TestSupport",
      ],
      exclude: ["Images/pillow-reads"], swiftSettings: swift),
    .testTarget(
      name: "ReinforcementTests",
      dependencies: [
        "Basics", "Dataflow", "Planning", "Reinforcement", "Kernels", "OpenCL", "OpenCLReinforcement",
        "checkpoint-loop", "TestSupport",
      ],
      exclude: ["Recorded"], swiftSettings: swift),
    .testTarget(
      name: "ServingTests",
      dependencies: [
        "Basics", "Dataflow", "Planning", "Vision", "Serving", "TestSupport", "fuzz",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: swift),
    .testTarget(
      name: "LoadTests",
      dependencies: [
        "Basics", "Dataflow", "Load", "Serving", "Vision", "TestSupport",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: swift),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "Basics", "Dataflow", "Planning", "drivetrain", "OpenCL", "Reinforcement", "Vision", "TestSupport",
        "Wire",
        "attack",
      ],
      exclude: ["contract.txt"], swiftSettings: swift),
  ]
)
