import Reinforcement
import Testing

struct SpaceTests {
  @Test func actionsAreAsLongAsTheirSpaceSays() {
    #expect(ActionSpace.discrete(3).size == 1)
    #expect(ActionSpace.continuous(BoxSpace(size: 2, low: -1, high: 1)).size == 2)
  }
}
