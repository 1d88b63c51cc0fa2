// What makes the switch to another version, and what goes back: one script for the shell, which needs neither version of the executable and goes on
// where a power cut or a signal ended it. Everything that the way back needs lies in the folder `pending` before the first change.

import { libraryFolder } from "../install/layout.ts";
import { configFolder, stateFolder, unitName } from "../systemd-unit.ts";

export const switchScriptPath = `${libraryFolder}/switch`;

/** Gone after a boot: a switch that began before it was cut off, and its time is over. */
export const sessionMark = "/run/muster-switch";

/** How long the new version must stay up after it said that it is ready. */
const settleS = 5;

export function switchScript(): string {
  return `#!/bin/sh
# Switches Muster to the version that "muster upgrade" prepared ("go"), or back to the one before it ("back"). Run by
# muster-upgrade.service and muster-rollback.service. Files and links change by renaming, so that each is the old or the new one at any time.
set -u
library=${libraryFolder}
work=$library/upgrade
pending=$work/pending
config=${configFolder}
state=${stateFolder}

step() {
  echo "$1" >"$work/step"
}

fail() {
  echo "$1" >"$pending/reason"
  echo "$to: $1. Going back to $from" >&2
  exit 1
}

# Version $1 serves from now on.
point_to() {
  rm -f "$library/current.new"
  ln -s "versions/$1" "$library/current.new" && mv -T "$library/current.new" "$library/current" && sync
}

# Puts the file $1 in the place $2.
put() {
  folder=$(dirname "$2")
  beside=$folder/.$(basename "$2").muster-switch
  mkdir -p "$folder" && cp -p "$1" "$beside" && sync "$beside" && mv -T "$beside" "$2"
}

put_new() {
  while read -r file; do
    put "$pending/new/$file" "$config/$file" || return 1
  done <"$pending/files"
  sync
}

# Files that somebody changed since are left as they are.
put_old() {
  result=0
  while read -r file; do
    if ! cmp -s "$config/$file" "$pending/new/$file"; then
      cmp -s "$config/$file" "$pending/old/$file" || echo "Left as it is, changed since: $config/$file" >&2
    elif [ -e "$pending/old/$file" ]; then
      put "$pending/old/$file" "$config/$file" || result=1
    else
      rm -f "$config/$file" || result=1
    fi
  done <"$pending/files"
  sync
  return $result
}

# The state as it is, where the new version will bring it to a format that the old one cannot read.
keep_state() {
  [ -e "$pending/keep-state" ] && [ -d "$state" ] || return 0
  rm -rf "$pending/state.new"
  cp -a "$state" "$pending/state.new" && sync && mv -T "$pending/state.new" "$pending/state"
}

put_old_state() {
  [ -d "$pending/state" ] || return 0
  if mountpoint -q "$state"; then
    find "$state" -mindepth 1 -delete && cp -a "$pending/state/." "$state/" && sync
    return
  fi
  rm -rf "$state.old" "$state.switch"
  cp -a "$pending/state" "$state.switch" && sync || return 1
  if [ -d "$state" ]; then mv -T "$state" "$state.old" || return 1; fi
  mv -T "$state.switch" "$state" && sync && rm -rf "$state.old"
}

# How it ended, for people and for "muster status".
outcome() {
  printf '%s\\n' "result=$1" "from=$from" "to=$to" "time=$(date -u +%Y-%m-%dT%H:%M:%SZ)" "reason=$2" >"$work/outcome.new" &&
    chmod 644 "$work/outcome.new" && sync "$work/outcome.new" && mv -T "$work/outcome.new" "$work/outcome"
}

main_pid() {
  systemctl show --property MainPID --value ${unitName}
}

go() {
  step stopping
  systemctl stop ${unitName} || fail "the service could not be stopped"
  step state
  keep_state || fail "the state could not be copied"
  step manifests
  put_new || fail "the manifests could not be written"
  step link
  point_to "$to" || fail "the link could not be changed"
  step starting
  systemctl start ${unitName} || fail "it did not become ready"
  step settling
  pid=$(main_pid)
  sleep ${settleS}
  systemctl is-active --quiet ${unitName} && [ "$(main_pid)" = "$pid" ] || fail "it ended after it was ready"
  timeout 20 "$library/current/muster" status --state "$state" >/dev/null || fail "it does not answer on its control socket"
  step confirming
  outcome switched "" || fail "the outcome could not be written"
  rm -rf "$work/done"
  mv -T "$pending" "$work/done" || fail "the switch could not be recorded"
  sync
  rm -rf "$work/done/state"
  step done
  echo "Muster $to serves, after $from"
}

back() {
  reason=$(cat "$pending/reason" 2>/dev/null) || reason="interrupted"
  step back
  # After a boot nothing of ours runs yet, and the service is started by the boot itself.
  if [ -e ${sessionMark} ]; then systemctl stop ${unitName}; fi
  point_to "$from" || exit 1
  put_old_state || exit 1
  put_old || exit 1
  outcome back "$reason"
  rm -rf "$work/gone"
  mv -T "$pending" "$work/gone" || exit 1
  sync
  rm -rf "$work/gone"
  step done
  echo "Muster $from serves again, not $to: $reason" >&2
  if [ -e ${sessionMark} ]; then systemctl start --no-block ${unitName}; fi
}

[ -d "$pending" ] || exit 0
from=$(cat "$pending/from") && to=$(cat "$pending/to") || exit 1
case \${1:-} in
  go) [ -e ${sessionMark} ] || fail "interrupted by a boot"; go ;;
  back) back ;;
  *) echo "Say go or back" >&2; exit 2 ;;
esac
`;
}
