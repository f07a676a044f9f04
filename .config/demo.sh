#!/bin/sh
# A first cluster: set up, started, written to, read from a follower, and shown. It is left running.
set -e
cd "$(dirname "$0")/.."
sh .config/setup.sh

replab() {
  printf '\n$ npx replab %s\n' "$*"
  node bin/replab.js "$@"
}

if node bin/replab.js status -c demo >/dev/null 2>&1; then replab down -c demo; fi
replab up -c demo --nodes 3 --sync 1
replab put -c demo greeting hello
replab wait -c demo caught-up
replab get -c demo greeting --read n3
replab status -c demo

cat <<'END'

Three nodes are replicating. Try, one after the other:
  npx replab isolate n3           cut a follower off
  npx replab put greeting again   a write it will not see
  npx replab status               how far it is behind
  npx replab heal                 and let it catch up
  npx replab down                 end the cluster
END
