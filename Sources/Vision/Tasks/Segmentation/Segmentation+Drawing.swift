import Basics

extension Segmentation {
  /// Each class's pixels in its colour, the classes named with their shares. The class that has most pixels, if it is the first,
  /// is the background and stays as it is.
  public func draw(on canvas: Canvas) {
    let background = classes.first?.index == 0 || classes.count == 2 ? 0 : -1
    canvas.paint(width: width, height: height, opacity: 0.55) { place in
      let index = Int(map[place])
      return index == background ? nil : Colour(ofClass: index)
    }
    canvas.legend(
      classes.map { ("\((100 * $0.share).fixed(1)) % \($0.label)", Colour(ofClass: $0.index)) })
  }
}
