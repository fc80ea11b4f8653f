# $engine, $keeper, $id, $may_go (yes: the keeper is removed when it has no other container) and $image are set above it.
trouble=$("$engine" exec -- "$keeper" /helper-keeper forget "$id" 2>&1 </dev/null) || { printf '%s\n' "$trouble" >&2; exit 1; }
[ "$may_go" = yes ] || exit 0
# Records that cannot be read are somebody's too.
known=$("$engine" exec -- "$keeper" /helper-keeper list 2>/dev/null </dev/null | tr -d ' \n')
case $known in *'"broken":[]'*) ;; *) exit 0 ;; esac
case $known in *'"containers":[]'*) ;; *) exit 0 ;; esac
"$engine" rm --force -- "$keeper" >/dev/null 2>&1 </dev/null
"$engine" volume rm "$keeper" >/dev/null 2>&1 </dev/null
"$engine" image ls --filter "reference=$image" --format '{{.Repository}}:{{.Tag}}' 2>/dev/null </dev/null | while read -r one; do
  "$engine" image rm "$one" >/dev/null 2>&1 </dev/null
done
exit 0
