import Basics

extension Classification {
  /// The likeliest classes, one below the other.
  public func draw(on canvas: Canvas) {
    canvas.legend(
      labels.map { ("\(Double($0.score).fixed(3)) \($0.label)", Colour(ofClass: $0.index)) })
  }
}
