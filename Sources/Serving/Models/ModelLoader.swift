import Dataflow
import Planning
import Vision

/// Turns a pipeline's file into a hosted pipeline: reads it, chooses its plan, starts its workers, warms it
/// up.
public struct ModelLoader: Sendable {
  /// Chooses a pipeline's plan, with the prediction for it.
  public typealias ChoosePlan = @Sendable (Pipeline) throws -> (plan: Plan?, prediction: Prediction?)

  let observer: (any RequestObserver)?
  private let scale: DecodeScale?
  private let stated: [String]
  private let limits: TensorLimits
  private let images: ImageLimits
  private let platform: Platform
  private let dispatcher = Dispatcher()
  private let choosePlan: ChoosePlan
  private let observe: @Sendable (String, DeviceError) -> Void

  /// - Parameters:
  ///   - scale: replaces the pipelines' settings for decoding.
  ///   - stated: what the user says of the command line's model, pairs `key=value`.
  ///   - limits: limits of tensors' sizes.
  ///   - images: limits of images' sizes and decoding times.
  ///   - observer: notified of the pipelines' requests.
  ///   - choosePlan: the usual plan by default.
  ///   - observe: called with a pipeline's name and the first failure of each kind of a device. Must not
  ///     block.
  public init(
    scale: DecodeScale? = nil, stated: [String] = [], limits: TensorLimits = TensorLimits(),
    images: ImageLimits = ImageLimits(), on platform: Platform = .local,
    observer: (any RequestObserver)? = nil,
    choosePlan: @escaping ChoosePlan = { _ in (nil, nil) },
    observe: @escaping @Sendable (String, DeviceError) -> Void = { _, _ in }
  ) {
    self.scale = scale
    self.stated = stated
    self.limits = limits
    self.images = images
    self.platform = platform
    self.observer = observer
    self.choosePlan = choosePlan
    self.observe = observe
  }

  /// Loads a pipeline, which may take seconds.
  ///
  /// - Parameters:
  ///   - reference: the pipeline's name or path.
  ///   - name: the name that it must have; `nil` for any.
  /// - Throws: an error of its files; `WarmUpError` if it doesn't work.
  func load(_ reference: String, named name: String? = nil, version: Int = 1) async throws -> HostedPipeline {
    let hosted = try await onOwnThread { [self] in
      // A repository's models have names.
      let pipeline = try Pipeline(
        reference, scale: scale, name: name, limits: limits, stated: name == nil ? stated : [])
      if let name, pipeline.name != name {
        throw RepositoryError.otherName(pipeline.name, file: reference, of: name)
      }
      let (plan, prediction) = try choosePlan(pipeline)
      return try HostedPipeline(
        pipeline, plan: plan, on: platform, dispatcher: dispatcher, limits: images, version: version,
        prediction: prediction,
        record: { [observer] in observer?.record($0) },
        observe: { [observe, name = pipeline.name] in observe(name, $0) })
    }
    do {
      try await hosted.warmUp()
    } catch {
      await onOwnThread { hosted.drain() }
      throw error
    }
    return hosted
  }
}
