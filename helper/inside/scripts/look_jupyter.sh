# shellcheck disable=SC2046
# The container's own Jupyter, if its image starts one, must have the port: ours would make it fail, and perhaps the
# container with it. So a young container is given time while a process that looks like Jupyter is there: 10 s by this
# look, a minute in all. Times of /proc/1/stat are in hundredths of a second since the machine's start (proc(5), field
# 22).
is_young() {
  read -r stat 2>/dev/null < /proc/1/stat || return 1
  read -r now _ 2>/dev/null < /proc/uptime || return 1
  set -- ${stat##*)}
  [ $((${now%%.*} - ${20:-0} / 100)) -lt 60 ]
}
names_jupyter() {
  for process in /proc/[0-9]*/cmdline; do
    words=$(tr '\0' ' ' < "$process") 2>/dev/null
    case $words in
      *"${nonce%-*}-"*) ;; # of a look, this one or another
      */dev/helper/* | *ipykernel*) ;; # helper started it, for this person or another; a kernel of one that runs
      *jupyter* | *start-notebook*) return 0 ;;
    esac
  done
  return 1
}
# One that broke down is started again by its loop (start.py), and then needs a moment: both are waited for, 5 s at most.
comes_back() {
  ours && listens "$jupyter_port" && return 1
  [ ! -e "$own/stopped" ] && loop_lives || return 1
  ours || return 0
  read -r now _ < /proc/uptime
  [ $((${now%%.*} - since / 100)) -lt 20 ]
}
tries=0
while [ "$jupyter_port" != 0 ] && [ "$tries" -lt 25 ] && comes_back; do
  sleep 0.2 2>/dev/null || { sleep 1; tries=$((tries + 4)); }
  tries=$((tries + 1))
done
# Seen before it is asked for: one that starts at this moment has not ended.
started=no
[ -f "$own/pid" ] && started=yes
if ours; then
  sec jupyter_ours 0
  stat -c %u "/proc/$pid"
  set -- $(cat "/proc/$pid/task/"*/children 2>/dev/null)
  printf '%s\n' "$#"
  for file in setup token; do
    line=''
    [ -f "$jupyter/$file" ] && read -r line < "$jupyter/$file"
    printf '%s\n' "$line"
  done
elif [ "$started" = yes ]; then
  sec jupyter_ours 1
fi
may_start_one() { [ "$jupyter_port" != 0 ] && [ ! -f "$own/pid" ] && ! listens "$jupyter_port" && is_young && names_jupyter; }
tries=0
while [ "$tries" -lt 50 ] && may_start_one; do
  sleep 0.2 2>/dev/null || { sleep 1; tries=$((tries + 4)); }
  tries=$((tries + 1))
done
[ "$tries" -ge 50 ] && sec jupyter_expected 0
listens "$jupyter_port"; sec jupyter_listens $?
