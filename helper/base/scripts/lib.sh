# What scripts share. $nonce must be set: no program that a script runs knows it, so that none can open a section.

# An image's ENV may set IFS, and older shells take it from there.
unset IFS

# NAME STATUS: the heading of a section (base/sections).
sec() { printf '\n%s %s %s\n' "$nonce" "$1" "$2"; }

# PORT as /proc/net/tcp has it: four hexadecimal digits.
port_hex() { printf '%04X' "$1"; }

# PORT: whether something listens on that TCP port. /proc/net/tcp: "sl local_address rem_address st ...", addresses as
# HEX:PORT, state 0A is LISTEN (Linux, net/ipv4/tcp_ipv4.c).
listens() {
  hex=$(port_hex "$1")
  for table in /proc/net/tcp /proc/net/tcp6; do
    [ -r "$table" ] || continue
    while read -r _ address _ state _; do
      [ "$state" = 0A ] || continue
      case $address in *:"$hex") return 0 ;; esac
    done < "$table"
  done
  return 1
}

# Time limits without timeout(1): busybox's leaves a process behind that ends a second later, and stays a zombie for ever
# where process 1 of a container reaps nobody. Here each process is waited for by the one that started it. A sleep that is
# not there, or that is ended, ends nothing. Descriptor 7, because what runs in the background gets no standard input
# otherwise.
# Of a session of its own, so that what it has started ends with it. The status is 124 where the time was up
# (k_time_was_up): so it differs from what the kernel kills, for want of memory say.
if command -v setsid >/dev/null 2>&1; then leader=setsid all=-; else leader='' all=''; fi
limited_by() {
  how=$1 seconds=$2; shift 2
  { $leader "$@" <&7 & } 7<&0
  limited_job=$!
  {
    nap='' over=''
    # KILL, because a child that has not yet become the sleep has this very trap.
    trap 'over=yes; [ -z "$nap" ] || kill -KILL "$nap"' TERM
    # By single seconds: mksh may miss a TERM that comes right before its wait, until that wait is over.
    pause() {
      left=$1
      while [ -z "$over" ]; do
        case $left in 0 | 1 | *[!0-9]*) slice=$left left=0 ;; *) slice=1 left=$((left - 1)) ;; esac
        sleep "$slice" & nap=$!
        [ -z "$over" ] || kill -KILL "$nap"
        wait "$nap"; napped=$?
        wait "$nap"
        nap=''
        [ "$napped" = 0 ] || return "$napped"
        [ "$left" != 0 ] || return 0
      done
      return 1
    }
    if pause "$seconds" && kill "-$how" "$all$limited_job"; then
      if [ "$how" != KILL ] && pause 1; then kill -KILL "$all$limited_job"; fi
      exit 0
    fi
    exit 1
  } </dev/null >/dev/null 2>&1 &
  limit_job=$!
  wait "$limited_job"; limited_status=$?
  kill "$limit_job" 2>/dev/null
  if wait "$limit_job" 2>/dev/null; then limited_status=124; fi
  return "$limited_status"
}
# KILL, because an interactive shell ignores TERM.
limited_to() { limited_by KILL "$@"; }
# For what cleans up after itself when its terminal goes, such as a start file that holds a lock: KILL comes a second later.
gently_limited_to() { limited_by HUP "$@"; }
