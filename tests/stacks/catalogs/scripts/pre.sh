#!/bin/bash
# Holds the shop still: no order is taken until it is opened again.
set -eu
touch "${SHOP_FOLDER:-/run/shop}/closed"
