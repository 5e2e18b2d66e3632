#!/usr/bin/env bash
# One shard of a run: begun, or gone on with where an earlier try of the same job left it.
#
#   shard.sh I N NAME SELECTOR… [options of nlevolve solve]
#
# NLEVOLVE: what to call (default: nlevolve). NLEVOLVE_RUNS: where runs are kept (default: runs). NLEVOLVE_BANK: the sample bank, on a
# disk of this machine; said again to a run that is gone on with, since another node, or a new pod, has an empty one at that place.
# NLEVOLVE_RESUME: what such a run is given beside it, such as "--budget 20"; all else it has from its config.json.
# Its exit code is the run's: 0 done, 2 wrong usage, 3 a cap reached, 4 a provider was unusable, 130 interrupted.
set -euo pipefail

shard=$1 of=$2 run="$3.${1}of$2"
shift 3
places=(--runs-dir "${NLEVOLVE_RUNS:-runs}" ${NLEVOLVE_BANK:+--cache-dir "$NLEVOLVE_BANK"})

# exec: the signal that a scheduler sends before it kills goes to nlevolve itself, which lets what is in flight end
if [ -e "${NLEVOLVE_RUNS:-runs}/$run/config.json" ]; then
  # the run is this job's own, but another node, or a new pod, has not seen its addresses yet: --trust
  exec ${NLEVOLVE:-nlevolve} resume "$run" "${places[@]}" --no-live --trust ${NLEVOLVE_RESUME:-}
fi
exec ${NLEVOLVE:-nlevolve} solve "$@" --shard "$shard/$of" --run "$run" "${places[@]}" --no-live
