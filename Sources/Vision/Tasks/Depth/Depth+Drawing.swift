import Basics

extension Depth {
  /// The map in place of the photograph: bright is near, dark is far; what lies beside it are its numbers.
  public func draw(on canvas: Canvas) {
    let span = maximum > minimum ? Double(maximum) - Double(minimum) : 1
    canvas.paint(width: width, height: height, opacity: 0.9) { place in
      let part = (Double(map[place]) - Double(minimum)) / span
      return Colour(ofDepth: kind == .metric ? 1 - part : part)
    }
    let unit = kind == .metric ? " m" : ""
    canvas.legend(
      [("minimum", minimum), ("median", median), ("maximum", maximum)].map { name, number in
        let part = (Double(number) - Double(minimum)) / span
        return (
          "\(Double(number).fixed(2))\(unit) \(name)", Colour(ofDepth: kind == .metric ? 1 - part : part)
        )
      })
  }
}
