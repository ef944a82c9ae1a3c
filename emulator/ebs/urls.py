"""Where the EBS direct APIs are found; the service model routes within them."""

from emulator.ebs.responses import EbsResponse

url_bases = [r"https?://ebs\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/.*": EbsResponse.dispatch}
