#!/bin/sh
# Installs and builds, unless what package-lock.json names is installed already.
cd "$(dirname "$0")/.." || exit
if [ node_modules/.package-lock.json -nt package-lock.json ]; then exit; fi
# The Node.js this runs under is only the installer's; the package brings the one it needs.
exec npm ci --no-fund --no-audit --loglevel=error
