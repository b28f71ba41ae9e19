print("drivetrain")
