"""Where AWS Backup is found; the service model routes within it."""

from emulator.backup.responses import BackupResponse

url_bases = [r"https?://backup\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/.*": BackupResponse.dispatch}
