#!/bin/bash
# The power switch behind one node's BMC. "power-switch get power" prints power:1 or power:0, "power-switch set power 0|1" switches.
# A node is a process group (its number is in the file pgid beside this script); zombies are dead.
here=$(cd "$(dirname "$0")" && pwd)

alive() {
  local group line rest state
  [ -f "$here/pgid" ] || return 1
  group=$(<"$here/pgid")
  kill -0 -- "-$group" 2>/dev/null || return 1
  for stat in /proc/[0-9]*/stat; do
    { read -r line <"$stat"; } 2>/dev/null || continue
    rest=${line##*) }
    set -- $rest
    [ "$3" = "$group" ] && [ "$1" != Z ] && [ "$1" != X ] && return 0
  done
  return 1
}

case "$1 $2 $3" in
  "get power "*)
    if alive; then echo power:1; else echo power:0; fi ;;
  "set power 0"*)
    if alive; then kill -KILL -- "-$(<"$here/pgid")"; fi ;;
  "set power 1"*)
    if ! alive; then
      rm -f "$here/pgid"
      # A machine of its own: new session, nothing inherited from the BMC, its own process group.
      (cd "$here" && exec setsid ./boot </dev/null >>"$here/console.log" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-) &
      for _ in $(seq 200); do [ -s "$here/pgid" ] && break; sleep 0.01; done
    fi ;;
  *)
    echo "usage: power-switch get power | set power 0|1" >&2
    exit 1 ;;
esac
exit 0
