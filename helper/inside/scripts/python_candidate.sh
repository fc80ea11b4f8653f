# Each path is run once, even if it was found in several ways; `source` lines say which. All run at once.
seen=: count=0
candidate() {
  case $2 in /*) ;; *) return ;; esac
  [ -f "$2" ] && [ -x "$2" ] || return
  printf '\n%s-source\037%s\037%s\n' "$nonce" "$1" "$2"
  case $seen in *":$2:"*) return ;; esac
  count=$((count + 1)); [ "$count" -le 48 ] || return
  seen=$seen$2:
  limited_to 5 "$2" -B -c "$report" "$nonce-py" "$2" "$imports" "$project" </dev/null 2>/dev/null &
}
cd "$project" 2>/dev/null || cd /
