// swift-tools-version: 6.2
import PackageDescription

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "drivetrain",
  products: [
    .library(name: "Dataflow", targets: ["Dataflow"]),
    .library(name: "Vision", targets: ["Vision"]),
    .library(name: "Reinforcement", targets: ["Reinforcement"]),
    .executable(name: "drivetrain", targets: ["drivetrain"]),
  ],
  dependencies: [
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
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
    // The core: graph, platform, runtime, tracing. No network, no vision, no learning.
    .target(
      name: "Dataflow",
      dependencies: ["CCores", "COpenCL", .product(name: "Yams", package: "Yams")],
      swiftSettings: swift),
    // Optimised in every configuration, so that what one has measured holds for the others.
    .target(name: "CCores", cSettings: [.unsafeFlags(["-O2"])]),
    .target(name: "COpenCL", linkerSettings: [.linkedLibrary("dl")]),

    // Numeric operations. The C half is optimised in every configuration: a debug build of a
    // vector kernel tests nothing that ships.
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3"])]),
    .target(name: "Kernels", dependencies: ["CKernels"], swiftSettings: swift),

    // Native libraries, one small target each.
    .target(
      name: "CJPEG", cSettings: [.unsafeFlags(["-O2"])], linkerSettings: [.linkedLibrary("jpeg")]),
    .systemLibrary(name: "CSPNG", pkgConfig: "spng", providers: [.apt(["libspng-dev"])]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
    .target(name: "COnnxRuntime", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "COpenVINO", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CDivision"),

    .target(
      name: "Vision",
      dependencies: [
        "Dataflow", "Kernels", "CKernels", "CJPEG", "CSPNG", "CWebP", "COnnxRuntime", "COpenVINO",
        "CDivision",
      ],
      swiftSettings: swift),
    .target(
      name: "Reinforcement", dependencies: ["Dataflow", "Kernels", "CKernels"],
      exclude: ["DQN", "DDPG", "TD3"].map { "Algorithms/\($0)/README.md" }, swiftSettings: swift),
    .target(
      name: "Serving",
      dependencies: [
        "Dataflow", "Vision",
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
      resources: [.embedInCode("Dashboard/index.html")], swiftSettings: swift),
    .executableTarget(
      name: "drivetrain",
      dependencies: [
        "Dataflow", "Reinforcement", "Vision", "Serving",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: swift),

    // Measurements: each prints its own comparison. `make bench` runs them all.
    .executableTarget(
      name: "bench-overhead", dependencies: ["Dataflow"], path: "Benchmarks/Overhead", swiftSettings: swift),
    .executableTarget(
      name: "bench-planner", dependencies: ["Dataflow", "TestSupport"], path: "Benchmarks/Planner",
      swiftSettings: swift),
    .executableTarget(
      name: "bench-plans", dependencies: ["Dataflow", "Reinforcement", "Vision", "TestSupport"],
      path: "Benchmarks/Plans", swiftSettings: swift),
    .executableTarget(
      name: "bench-zero-load", dependencies: ["Dataflow", "Kernels", "Vision", "Serving"],
      path: "Benchmarks/ZeroLoad", swiftSettings: swift),
    .executableTarget(
      name: "bench-engines", dependencies: ["Dataflow", "Kernels", "Vision", "TestSupport"],
      path: "Benchmarks/Engines", swiftSettings: swift),
    .executableTarget(
      name: "bench-preprocess", dependencies: ["Vision", "Kernels", "CJPEG"],
      path: "Benchmarks/Preprocess", swiftSettings: swift),
    .executableTarget(
      name: "bench-replay", dependencies: ["Reinforcement", "Kernels"], path: "Benchmarks/Replay",
      swiftSettings: swift),
    .executableTarget(
      name: "bench-environments", dependencies: ["Reinforcement", "Kernels"],
      path: "Benchmarks/Environments", swiftSettings: swift),
    .executableTarget(
      name: "bench-networks", dependencies: ["Reinforcement", "Kernels"], path: "Benchmarks/Networks",
      swiftSettings: swift),
    .executableTarget(
      name: "bench-training", dependencies: ["Dataflow", "Reinforcement"], path: "Benchmarks/TrainingSpeed",
      swiftSettings: swift),
    .executableTarget(
      name: "bench-opencl", dependencies: ["Dataflow", "Kernels", "Reinforcement", "Vision"],
      path: "Benchmarks/OpenCL", swiftSettings: swift),
    // Damaged images against the image path: swift run -c release fuzz-images.
    .executableTarget(
      name: "fuzz-images", dependencies: ["Vision", "Kernels", "JPEGWriter", "TestSupport"],
      path: "Fuzz/Images", swiftSettings: swift),
    // Damaged bytes of every other kind against what reads them: swift run -c release fuzz json.
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Dataflow", "Reinforcement", "Serving", "Vision", "TestSupport", "Wire",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ],
      path: "Fuzz/Formats", swiftSettings: swift),
    // Hostile clients against a built server: make attack.
    .executableTarget(
      name: "attack", dependencies: ["TestSupport", "Wire"], path: "Attack", swiftSettings: swift),

    .target(name: "TestSupport", dependencies: ["Dataflow"], path: "Tests/Support", swiftSettings: swift),
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
      name: "allocation-check", dependencies: ["Reinforcement", "AllocationCounter"],
      path: "Tests/AllocationCheck", swiftSettings: swift),
    // Decodes an image within limited memory.
    .executableTarget(
      name: "decode-within", dependencies: ["Vision"], path: "Tests/DecodeWithin", swiftSettings: swift),
    // Writes checkpoints until a test kills it.
    .executableTarget(
      name: "checkpoint-loop", dependencies: ["Reinforcement"], path: "Tests/CheckpointLoop",
      swiftSettings: swift),
    .testTarget(
      name: "DataflowTests", dependencies: ["Dataflow", "COpenCL", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "CKernels", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "VisionTests",
      dependencies: ["Vision", "Kernels", "decode-within", "fuzz-images", "JPEGWriter", "TestSupport"],
      exclude: ["Images/pillow-reads"], swiftSettings: swift),
    .testTarget(
      name: "ReinforcementTests",
      dependencies: ["Reinforcement", "Kernels", "checkpoint-loop", "TestSupport"],
      exclude: ["Recorded"], swiftSettings: swift),
    .testTarget(
      name: "ServingTests",
      dependencies: [
        "Serving", "TestSupport", "fuzz",
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
      name: "CommandTests",
      dependencies: ["Dataflow", "drivetrain", "Reinforcement", "Vision", "TestSupport", "Wire", "attack"],
      swiftSettings: swift),
  ]
)
