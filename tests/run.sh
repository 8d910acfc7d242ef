#!/bin/sh
# pytest with the given options. Up to three tests that fail are run once more, alone: a machine shared with others may
# stall a real process past any deadline (docs/adr/0008). Both runs stay in sight; a test that fails twice is red.
set -u
.venv/bin/pytest -q "$@"
code=$?
[ $code = 1 ] || exit $code
failed=$(.venv/bin/python -c 'import json; print(len(json.load(open(".pytest_cache/v/cache/lastfailed"))))') || exit 1
[ "$failed" -le 3 ] || exit 1
echo "$failed failed beside the others; once more, alone:"
exec .venv/bin/pytest -q "$@" -n 0 --last-failed --last-failed-no-failures none
