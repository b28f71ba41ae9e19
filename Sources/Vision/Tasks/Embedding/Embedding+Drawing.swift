extension Embedding {
  /// How many numbers there are: they have no place in the photograph.
  public func draw(on canvas: Canvas) { canvas.legend([("\(vector.count) numbers", Colour(ofClass: 0))]) }
}
