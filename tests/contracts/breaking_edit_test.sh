#!/usr/bin/env bash
# Shows that the guard on the contracts bites: each breaking edit, made to a copy, is refused; an addition is not.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
failures=0

# try NAME FILE SED-EXPRESSION WANT: makes the edit in a fresh copy, and compares buf's verdict with "refused" or "allowed".
try() {
  local name="$1" file="$2" edit="$3" want="$4" copy="$scratch/proto" got=allowed
  rm -rf "$copy"
  cp -r "$root/proto" "$copy"
  sed -i -E "$edit" "$copy/$file"
  if cmp -s "$root/proto/$file" "$copy/$file"; then
    echo "FAILED: $name: the edit changed nothing; $file has moved on, and this test must follow it"
    failures=$((failures + 1))
    return
  fi
  "$root/tools/contracts" breaking "$copy" >"$scratch/reasons" 2>&1 || got=refused
  if [[ "$got" != "$want" ]]; then
    echo "FAILED: $name: wanted $want, got $got"
    cat "$scratch/reasons"
    failures=$((failures + 1))
  else
    echo "$got: $name: $(head -1 "$scratch/reasons" | sed "s#^$copy/##")"
  fi
}

readonly types=whistle/common/v1/types.proto
readonly journal=whistle/journal/v1/journal.proto
readonly timeline=whistle/timeline/v1/service.proto
try "a field is removed" $types '/^  uint64 version = 2;/d' refused
try "a field gets another number" $types 's/^(  uint64 version) = 2;/\1 = 20;/' refused
try "a field gets another type" $types 's/^  uint64 version = 2;/  string version = 2;/' refused
try "a field gets another name" $types 's/^  uint64 version = 2;/  uint64 revision = 2;/' refused
try "an enum value is removed" $types '/SERVICE_ESCALATION = 4;/d' refused
try "a message is renamed" $types 's/^message Receipt \{/message Acknowledgement {/' refused
try "an event leaves the journal" $journal '/ case_accepted = 105;/d' refused
try "an RPC is removed" $timeline '/^  rpc GetHead\(/d' refused
try "a field is added" $types 's/^(  uint64 version = 2;)/\1\n  \/\/ Added.\n  string added = 900;/' allowed
exit $((failures > 0))
