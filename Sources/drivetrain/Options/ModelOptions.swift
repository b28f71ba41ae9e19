import ArgumentParser

/// What the user says of a model whose files don't.
struct ModelOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Say of a model what its files don't: task, head, mean, std, fit, size, short_side, longest, multiple, pad, filter, antialias, channels, layout or labels.",
      valueName: "key=value"))
  var set: [String] = []
}
