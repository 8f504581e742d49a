#!/usr/bin/env bash
# Brings Whistle up the way a newcomer does, in a folder of its own: the story is loaded and checked; a second time adds nothing; deleted
# projections come back from the journal; a stranger can ask over reflection; a port in use is refused; nothing is left running.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
scratch="$(mktemp -d)"
pid=
# Also after a failure, which it must not hide: what is told to end here may have ended, and with any status.
cleanup() {
  [[ -z "$pid" ]] || kill -TERM "$pid" 2>/dev/null || true
  [[ -z "$pid" ]] || wait "$pid" 2>/dev/null || true
  rm -rf "$scratch"
}
trap cleanup EXIT

free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
expect() { [[ "$1" =~ $2 ]] || { echo "FAILED: $3: expected $2, found: $1"; exit 1; }; }

export WHISTLE_VAR="$scratch/var" WHISTLE_PORT WHISTLE_METRICS_PORT
WHISTLE_PORT="$(free_port)"
WHISTLE_METRICS_PORT="$(free_port)"
readonly agree='^4 projections agree: case [^ ]+ version [0-9]+ head [0-9a-f]{64}$'

cd /
"$root/tools/up" --once </dev/null >"$scratch/first" 2>&1 || { cat "$scratch/first"; exit 1; }
first="$(tail -n 1 "$scratch/first")"
expect "$first" "$agree" "the last line of the first run"
echo "first run: $first"

"$root/tools/up" --once </dev/null >"$scratch/second" 2>&1 || { cat "$scratch/second"; exit 1; }
second="$(tail -n 1 "$scratch/second")"
[[ "$second" == "$first" ]] || { echo "FAILED: a second run changed the case: $second"; exit 1; }
echo "a second run adds nothing"

rm -r "$WHISTLE_VAR/chronicle/data"
"$root/tools/up" </dev/null >"$scratch/third" 2>&1 &
pid=$!
# Reads along until the script says that it serves, or ends.
if ! grep -q "serving until Ctrl-C" <(tail -n +1 -F --pid="$pid" "$scratch/third" 2>/dev/null); then
  cat "$scratch/third"
  echo "FAILED: tools/up ended by itself"
  exit 1
fi
grep -qxF "$first" "$scratch/third" || { cat "$scratch/third"; echo "FAILED: projections made anew differ"; exit 1; }
echo "projections made anew from the journal agree with the first"

stranger() { "$root/build/python/bin/python" "$root/tests/end_to_end/stranger.py" "127.0.0.1:$WHISTLE_PORT" "$@"; }
for service in intake.v1.IntakeService response.v1.ResponseService coordination.v1.CoordinationService \
  escalation.v1.EscalationService registry.v1.RegistryService timeline.v1.TimelineService operations.v1.OperationsService; do
  grep -qx "whistle.$service" <(stranger) || { echo "FAILED: reflection does not list whistle.$service"; stranger; exit 1; }
done
case_id="$(awk '{print $5}' <<<"$first")"
head="$(stranger whistle.timeline.v1.TimelineService/GetHead "{\"caseId\": \"$case_id\"}")"
expect "$head" "\"version\": \"$(awk '{print $7}' <<<"$first")\"" "a stranger asks for the head"
echo "a stranger reads the same version over reflection"

if "$root/tools/up" --once </dev/null >"$scratch/fourth" 2>&1; then
  echo "FAILED: a second tools/up on the same port was not refused"
  exit 1
fi
expect "$(tail -n 1 "$scratch/fourth")" "port $WHISTLE_PORT on 127.0.0.1 is in use" "a second tools/up"
echo "a second tools/up on the same port is refused"

kill -TERM "$pid"
# Its status is that of a script ended by a signal; what counts is what is left behind.
wait "$pid" || true
pid=
if (exec 3<>"/dev/tcp/127.0.0.1/$WHISTLE_PORT") 2>/dev/null; then
  echo "FAILED: something still listens on $WHISTLE_PORT"
  exit 1
fi
echo "nothing is left running"
