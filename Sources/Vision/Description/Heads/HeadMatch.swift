/// A way to read what a network gives: a task, a head of it, and what the shapes say of both.
struct HeadMatch: Sendable, Hashable {
  let task: DescribedTask
  /// As the task's stage calls it, such as `yolov8`.
  var head: String
  /// The position of the output that the head reads, where it reads one.
  var output = 0
  /// `nil` where the shapes don't say.
  var classes: Int?
  /// Whether lists of its classes may begin with the background, which isn't counted.
  var mayNameBackground = false
  /// Names that the head has by itself.
  var names: [String] = []
  /// How such networks usually want their images.
  var habits = Habits()
}

/// How networks of a kind usually want their images, where nothing in their files says so.
struct Habits: Sendable, Hashable {
  var fit = DescribedFit.stretch
  /// The side of images, where the graph leaves it open; `nil` where there is no usual one.
  var side: Int?
  /// The part of the shorter side that a crop keeps.
  var cropShare = 1.0
  /// The fit where the graph leaves the size open: the shorter side, and at most the longer.
  var openSides: [Int] = []
  var pad: [Int] = []
  var antialias = true
  var isBGR = false
  /// Mean and deviation, the same for all channels; ImageNet's if not given.
  var mean: Double?
  var deviation: Double?
  /// Whether ImageNet's numbers are usual for all of that kind, in whatever layout and by whatever exporter.
  var isAlwaysNormal = false

  /// As torchvision evaluates classifiers.
  static let crop = Habits(fit: .crop, side: 224, cropShare: 0.875)
  static let yolo = Habits(
    fit: .letterbox, side: 640, pad: [114, 114, 114], antialias: false, mean: 0, deviation: 255)
  static let detr = Habits(side: 640, mean: 0, deviation: 255)
}
