# Each path is run once, even if it was found in several ways; `source` lines say which. All run at once; of more than 48
# those that the config, the image or the login shell names are run all the same.
seen=: count=0
candidate() {
  case $2 in /*) ;; *) return ;; esac
  if [ -L "$2" ] && ! [ -e "$2" ]; then broken_link "$1" "$2"; return; fi
  [ -f "$2" ] && [ -x "$2" ] || return
  printf '\n%s-source\037%s\037%s\n' "$nonce" "$1" "$2"
  case $seen in *":$2:"*) return ;; esac
  case $1 in
    path | image:* | activated:* | login:* | "${wanted_source-}") ;;
    *)
      if [ "$count" -ge 48 ]; then printf '\n%s-unasked\037%s\n' "$nonce" "$2"; return; fi
      count=$((count + 1)) ;;
  esac
  seen=$seen$2:
  ask_python "$2" &
}
# An environment that was made elsewhere has links to the Python of there.
broken_link() { # SOURCE PATH
  end=$2 hops=0
  while [ -L "$end" ] && [ "$hops" -lt 8 ]; do
    next=$(readlink "$end") || return
    case $next in /*) end=$next ;; *) end=${end%/*}/$next ;; esac
    hops=$((hops + 1))
  done
  printf '\n%s-broken\037%s\037%s\037%s\n' "$nonce" "$1" "$2" "$end"
}
# One that fails is run once more for what it says: the line of its error, or its last one. What it leaves running may keep
# the pipe open, so sed has a limit too.
ask_python() {
  # Its line alone, and nothing else that it prints; what it leaves running may keep the pipe open, so sed stops itself:
  # busybox's has read the line after it by then.
  said=$({ report_of "$1" 5; printf '\n%s-status %s\n\n' "$nonce" $?; } 2>/dev/null | sed -n "/^$nonce-py/p
/^$nonce-status /{
p
q
}")
  asked=${said##*"$nonce-status "} said=${said%"$nonce-status "*} words=''
  [ -z "$said" ] || printf '\n%s\n' "$said"
  case $asked in
    0) return ;;
    124) ;;
    *) words=$(report_of "$1" 3 2>&1 >/dev/null | limited_to 4 sed -n '
s/[[:cntrl:]]//g
/[^[:space:]]/h
/^[A-Za-z.]*Error: /{
p
q
}
${
g
p
}') ;;
  esac
  printf '\n%s-failed\037%s\037%s\037%s\n' "$nonce" "$1" "$asked" "$words"
}
report_of() { # PYTHON SECONDS
  limited_to "$2" "$1" -B -c "$report" "$nonce-py" "$1" "$imports" "$project" </dev/null
}
cd "$project" 2>/dev/null || cd /
