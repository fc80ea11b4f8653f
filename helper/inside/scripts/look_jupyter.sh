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
ours_is_alive=''
if ours; then
  ours_is_alive=yes
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
listens "$jupyter_port"; heard=$?
sec jupyter_listens "$heard"
# Whether what listens is a process of this container: in a network that it shares, a program of another container or of
# the server may have the port. Field 8 of /proc/net/tcp is the user of the socket, field 10 its inode. What a process has
# open may be hidden from root of a container: one of that user that looks like a Jupyter is taken for it.
is_here() {
  hex=$(port_hex "$jupyter_port")
  sockets=$(ls -l /proc/[0-9]*/fd 2>/dev/null)
  for table in /proc/net/tcp /proc/net/tcp6; do
    [ -r "$table" ] || continue
    while read -r _ address _ state _ _ _ its_user _ inode _; do
      [ "$state" = 0A ] || continue
      case $address in *:"$hex") ;; *) continue ;; esac
      case $sockets in *"socket:[$inode]"*) return 0 ;; esac
      for process in /proc/[0-9]*; do
        readlink "$process/exe" >/dev/null 2>&1 && continue
        [ "$(stat -c %u "$process" 2>/dev/null)" = "$its_user" ] || continue
        case $(tr '\0' ' ' < "$process/cmdline" 2>/dev/null) in *jupyter* | *notebook* | *python*) return 0 ;; esac
      done
    done < "$table"
  done
  return 1
}
# A file that Jupyter writes about itself while it runs has its base_url and its port.
base_of_runtime() {
  for folder in "${JUPYTER_RUNTIME_DIR-}" "${JUPYTER_DATA_DIR-}/runtime" "$home/.local/share/jupyter/runtime" /root/.local/share/jupyter/runtime \
    /home/*/.local/share/jupyter/runtime; do
    for file in "$folder"/jpserver-*.json "$folder"/nbserver-*.json; do
      [ -f "$file" ] && [ "$(head -c 65537 "$file" | wc -c)" -le 65536 ] || continue
      base='' its_port='' its_pid=''
      while IFS=':, ' read -r key value _ || [ -n "$key" ]; do
        case $key in
          '"base_url"') base=${value#'"'} base=${base%'"'} ;;
          '"port"') its_port=$value ;;
          '"pid"') its_pid=$value ;;
          *) ;;
        esac
      done < "$file"
      [ -n "$base" ] && [ "$its_port" = "$jupyter_port" ] && [ -d "/proc/${its_pid:-none}" ] && return 0
    done
  done
  return 1
}
# So has its command line, where its port is the one that was asked for, or is not said.
option_in_words() { # NAME
  printf '%s\n' "$words" | sed -n '/^--\([A-Za-z]*App\.\)\{0,1\}'"$1"'=/{
s/^[^=]*=//
p
q
}
/^--\([A-Za-z]*App\.\)\{0,1\}'"$1"'$/{
n
p
q
}'
}
base_of_words() {
  for process in /proc/[0-9]*/cmdline; do
    words=$(tr '\0' '\n' < "$process") 2>/dev/null
    case $words in
      *"${nonce%-*}-"* | */dev/helper/*) continue ;;
      *jupyter* | *notebook*) ;;
      *) continue ;;
    esac
    its_port=$(option_in_words port)
    [ "${its_port:-$jupyter_port}" = "$jupyter_port" ] || continue
    base=$(option_in_words base_url)
    [ -z "$base" ] || return 0
  done
  return 1
}
if [ "$heard" = 0 ] && [ -z "$ours_is_alive" ]; then
  if ! is_here; then
    free=$jupyter_port tries=0
    while [ "$tries" -lt 20 ] && listens "$free"; do free=$((free + 1)) tries=$((tries + 1)); done
    sec jupyter_elsewhere 0
    printf '%s\n' "$free"
  elif base_of_runtime || base_of_words; then
    sec jupyter_base 0
    printf '%s\n' "$base"
  fi
fi
