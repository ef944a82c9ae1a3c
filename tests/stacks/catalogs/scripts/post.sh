#!/bin/bash
set -eu
rm -f "${SHOP_FOLDER:-/run/shop}/closed"
