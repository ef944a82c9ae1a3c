"""Second opinions on the emulator: another emulator's answers, and moto's own tests."""
