#!/usr/bin/env bash
# The step of action.yml: reviews the pull request of ABBOT_PULL, writes the report into the job's summary, and the
# findings as SARIF beside it. Ends with 0 when there is a review, whatever it says; `failed` among the step's outputs
# tells what the verdict step does.
set -euo pipefail

main="$ABBOT_ACTION/dist/cli/main.js"
out="${RUNNER_TEMP:-/tmp}/abbot"
mkdir -p "$out"

# GitHub Enterprise's API is at a host of its own kind; a bare host name is what the list of servers takes.
run() { node "$main" review "$ABBOT_PULL" --tree "$ABBOT_TREE" --quiet "$@"; }

status=0
run --format markdown --output "$out/review.md" || status=$?
if ((status > 1)); then
  echo "abbot could not review this pull request; the reason stands above." >>"$GITHUB_STEP_SUMMARY"
  exit "$status"
fi
# A job's summary takes 1 MiB.
head -c 1000000 "$out/review.md" >>"$GITHUB_STEP_SUMMARY"
run --format sarif --output "$out/review.sarif" || (($? == 1))

{
  echo "sarif=$out/review.sarif"
  if ((status == 1)) && [[ "$ABBOT_FAIL" == true ]]; then echo "failed=true"; else echo "failed=false"; fi
} >>"$GITHUB_OUTPUT"
