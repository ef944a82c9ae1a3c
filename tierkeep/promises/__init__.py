"""What a tier really promises: worst-case RPO, the objectives it cannot keep, the retention calendar.

Pure: computed from the desired state, with datetime as arithmetic and no clock. Time zones come from the IANA
database of the machine, through `zoneinfo`.
"""
