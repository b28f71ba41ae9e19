extension VectorEnvironment {
  var spaces: Spaces { Spaces(observation: observationSpace, action: actionSpace) }
}
