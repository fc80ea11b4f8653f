# Starts sshd again when it dies: at once, and ever more slowly when it dies soon. $folder, $sshd and $clean are set above it.
child=
trap 'kill $child 2>/dev/null; exit 0' TERM INT HUP
pause=0
while :; do
  began=$(date +%s)
  $clean "$sshd" -D -e -f "$folder/sshd_config" </dev/null 2>> "$folder/log" &
  child=$!
  wait $child
  if [ $(($(date +%s) - began)) -gt 10 ]; then pause=0; fi
  if [ "$(wc -c < "$folder/log")" -gt 65536 ]; then : > "$folder/log"; fi
  sleep $pause &
  child=$!
  wait $child
  if [ $pause -lt 30 ]; then pause=$((pause * 2 + 1)); fi
done
