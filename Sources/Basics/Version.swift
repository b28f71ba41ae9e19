/// Which Drivetrain this is.
public enum Version {
  public static let current = "0.3.1"
}
