import TestSupport
import Testing

/// `make attack`, shortly: hostile clients leave the server as it was.
@Suite struct AttackTests {
  @Test func aShortAttack() throws {
    let attack = try ChildProcess(ChildProcess.builtProgram("attack"), ["--short"])
    #expect(try attack.wait(seconds: 900) == 0, "\(attack.standardOutput)\(attack.standardError)")
  }
}
