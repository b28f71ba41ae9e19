import Basics
import Dataflow

/// The settings of how a pipeline is served: the knobs of *Beyond Inference*, in the pipeline's file. The
/// planner chooses values that are missing or `auto`.
///
/// ```yaml
/// concurrency: 256                          # requests that wait or are worked on; more are refused
/// preprocessing_instances: 2                # workers that do everything before the network
/// max_preprocessing_batch_size: 1
/// max_preprocessing_queue_delay_us: 0       # how long a batch may wait to fill
/// inference_instances: 1                    # workers that run the network and what follows
/// max_inference_batch_size: 8
/// max_inference_queue_delay_us: 2000
/// default_timeout_us: 10000000              # of requests that name none
/// weight: 1                                 # share of the machine, beside other pipelines
/// ```
public struct ServingSettings: Sendable, Hashable {
  /// A number that a plan depends on.
  public enum Knob: String, Sendable, Hashable, CaseIterable {
    case concurrency
    case preprocessingInstances = "preprocessing_instances"
    case inferenceInstances = "inference_instances"
    case preprocessingDelay = "max_preprocessing_queue_delay_us"
    case preprocessingBatch = "max_preprocessing_batch_size"
    case inferenceDelay = "max_inference_queue_delay_us"
    case inferenceBatch = "max_inference_batch_size"

    var range: ClosedRange<Int> {
      switch self {
      case .concurrency: 1...65_536
      case .preprocessingInstances, .inferenceInstances: 1...1024
      case .preprocessingBatch, .inferenceBatch: 1...4096
      case .preprocessingDelay, .inferenceDelay: 0...60_000_000
      }
    }
  }

  /// The knobs that are set, and not left to the planner.
  public var knobs: [Knob: Int] = [:]
  /// The weight of the pipeline where several compete for the machine.
  public var weight = 1.0
  /// The timeout in nanoseconds of requests that state none.
  public var defaultTimeout: Nanoseconds = 10_000_000_000

  /// The default maximum of requests in flight: more than clients wait for, and bounded.
  static let usualConcurrency = 1024

  static let weightKey = "weight", timeoutKey = "default_timeout_us"
  static let keys = Knob.allCases.map(\.rawValue) + [weightKey, timeoutKey]

  public init() {}

  /// - Parameter values: values of a pipeline's file, by key.
  init(_ values: [String: ConfigurationNode]) throws {
    for knob in Knob.allCases {
      guard let node = values[knob.rawValue], try !node.isAuto() else { continue }
      knobs[knob] = try node.integer(in: knob.range)
    }
    if let node = values[Self.weightKey] { weight = try node.number(in: 0.001...1000) }
    if let node = values[Self.timeoutKey] {
      defaultTimeout = Nanoseconds(try node.integer(in: 1...86_400_000_000)) * 1000
    }
  }

  /// The maximum of requests that are waiting or in service.
  public var concurrency: Int { knobs[.concurrency] ?? Self.usualConcurrency }

  /// The number of requests that are done within the timeout, with a minimum.
  ///
  /// - Parameter throughput: items a second.
  public func concurrency(answering throughput: Double) -> Int {
    let limits = 64.0...Double(Knob.concurrency.range.upperBound)
    let inTime = throughput * Double(defaultTimeout) / 1e9
    return Int(saturating: min(max(inTime, limits.lowerBound), limits.upperBound))
  }
}

extension ConfigurationNode {
  fileprivate func isAuto() throws -> Bool { (try? string()) == "auto" }
}
