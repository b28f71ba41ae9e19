/// What may stand in a configuration file where a number should.
public enum OddNumber {
  public static let all = [
    ".nan", ".NaN", ".inf", "-.inf", "+.inf", "nan", "inf", "-inf", "infinity", "1e308", "-1e308", "1e-308",
    "1e-320",
    "1e400", "-1e400", "1e-400", "-0", "-0.0", "0", "1", "-1", "0.5", "1e9", "1e18", "1e300", "1e-300",
    "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
    "18446744073709551616", "9007199254740993", "2147483648", "4294967296", "0x10", "0xffffffffffffffff",
    "0o17", "010", "0b11", "1:30", "190:20:30", "1_000", "'5'", "\"5\"", "", "~", "null", "true", "text",
    "1 2",
    "[1]", "[]", "{a: 1}", "{}", "!!str 5", "!!float 5", "!!binary AAAA", "!!int x", "2024-01-01", "1e", "e1",
    ".", "+",
    "\"a\\0b\"", "\"\\e[31m\"", String(repeating: "9", count: 400), String(repeating: "9", count: 5000),
    "1e" + String(repeating: "9", count: 300), "0." + String(repeating: "0", count: 400) + "1", "\u{661}",
  ]
}
