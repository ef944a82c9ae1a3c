#!/bin/sh
# What a team looks at in a restored file system or bucket; the drill tells it which by TIERKEEP_DRILL_ARN.
test -n "$TIERKEEP_DRILL_ARN" || exit 77
