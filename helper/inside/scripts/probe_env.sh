# Exports what the start files of the user's shell export, so that commands have the PATH of the user's terminals.
# Above it are words (of the shell: -lic, -lc or -ic) and limit (seconds). A start file that fails, reads standard
# input, ends the shell or takes too long changes nothing: the commands run all the same, and that is said.
helper_probe() {
  uid=$(id -u) shell=
  while IFS=: read -r _ _ its _ _ _ program; do
    if [ "$its" = "$uid" ]; then shell=$program && break; fi
  done 2>/dev/null </etc/passwd
  [ -x "$shell" ] || shell=/bin/sh
  mark=helper-probe-$$
  file=$(umask 077 && mktemp 2>/dev/null) || file=
  if [ -z "$file" ]; then
    echo "no temporary file can be written: the commands run without what the start files of $shell set"
    return 0
  fi
  # A session of its own, so that what a start file runs ends with it.
  group=$(command -v setsid) || group=
  # shellcheck disable=SC2086 # it may be nothing
  $group "$shell" "$words" "exec sh -c 'unset PWD OLDPWD SHLVL; echo; echo $mark; export -p; echo $mark'" \
    </dev/null >"$file" 2>/dev/null &
  pid=$!
  (sleep "$limit" && { kill -9 "-$pid" || kill -9 "$pid"; }) </dev/null >/dev/null 2>&1 &
  watch=$!
  wait "$pid" 2>/dev/null
  kill "$watch" 2>/dev/null
  marks=0 exports=
  while IFS= read -r line; do
    if [ "$line" = "$mark" ]; then
      marks=$((marks + 1))
    elif [ "$marks" = 1 ]; then
      exports="$exports$line
"
    fi
  done <"$file"
  rm -f "$file"
  if [ "$marks" != 2 ]; then
    echo "$shell $words did not answer within $limit s: the commands run without what its start files set"
    return 0
  fi
  path=$PATH
  eval "$exports"
  # The directories of the container that the start files dropped are searched last.
  while [ -n "$path" ]; do
    first=${path%%:*}
    case ":$PATH:" in
      *":$first:"*) ;;
      *) PATH=$PATH:$first ;;
    esac
    case $path in
      *:*) path=${path#*:} ;;
      *) path= ;;
    esac
  done
}
helper_probe
