# Whether our Jupyter is alive. A pid alone would do for another process that got it later, so that the start time is
# compared too (proc(5), /proc/PID/stat, field 22).
ours() {
  pid='' since='' stat=''
  [ -f "$own/pid" ] && read -r pid since < "$own/pid" || return 1
  case $pid$since in '' | *[!0-9]*) return 1 ;; esac
  read -r stat 2>/dev/null < "/proc/$pid/stat" || return 1
  set -- ${stat##*)}
  [ "$1" != Z ] && [ "${20:-}" = "$since" ]
}

# Whether the loop lives that starts our Jupyter again (start.py). Its number is $loop.
loop_lives() {
  loop=''
  [ -f "$own/keeper" ] && read -r loop < "$own/keeper"
  case $loop in '' | *[!0-9]*) return 1 ;; esac
  tr '\0' ' ' 2>/dev/null < "/proc/$loop/cmdline" | grep -qF " $own/start.py "
}

# PORT: whether the process $pid, of the user who runs this, listens there itself. /proc/net/tcp has the socket's inode in
# field 10; the links in /proc/PID/fd name the sockets of a process.
ours_listens() {
  hex=$(port_hex "$1")
  sockets=$(ls -l "/proc/$pid/fd" 2>/dev/null)
  for table in /proc/net/tcp /proc/net/tcp6; do
    [ -r "$table" ] || continue
    while read -r _ address _ state _ _ _ _ _ inode _; do
      [ "$state" = 0A ] || continue
      case $address in *:"$hex") ;; *) continue ;; esac
      case $sockets in *"socket:[$inode]"*) return 0 ;; esac
    done < "$table"
  done
  return 1
}
