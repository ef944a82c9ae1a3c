"""Where DLM is found; the service model routes within it."""

from emulator.dlm.responses import DlmResponse

url_bases = [r"https?://dlm\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/.*": DlmResponse.dispatch}
