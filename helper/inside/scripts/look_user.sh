# The user's entry in the accounts, and which hooks have run.
# shellcheck disable=SC2034
entry=$(getent passwd "$user" 2>/dev/null || grep "^$user:" /etc/passwd 2>/dev/null)
# An image of one program may have no accounts at all; its root is there nevertheless.
if [ -z "$entry" ] && [ "$user" = root ]; then
  if [ -d /root ]; then entry=root:x:0:0:root:/root:/bin/sh; else entry=root:x:0:0:root:/:/bin/sh; fi
fi
[ -n "$entry" ]
IFS=: read -r _ _ uid gid words home shell <<EOF
$entry
EOF
sec user $?
printf '%s\n%s\n' "$uid" "$home"
case $words in "helper "*) sec person 0; printf '%s\n' "${words#helper }" ;; *) ;; esac
sec uid_map 0
cat /proc/self/uid_map 2>/dev/null
sec account 0
printf '%s\n%s\n' "${uid:-0}" "${gid:-0}"
# Who here has the id of the project's owner on the server. $HELPER_OWNER and $HELPER_RUN come with the command.
if [ -n "$HELPER_OWNER" ]; then
  while IFS=: read -r name _ id _; do
    if [ "$id" = "$HELPER_OWNER" ]; then printf '%s\n' "$name"; break; fi
  done < /etc/passwd
fi
# What the home tells counts too: there helper put the marks of a container that an earlier version made.
marked() {
  for folder in $marks_folders "$home/.local/state/helper"; do
    mark=''
    [ ! -r "$folder/$1" ] || read -r mark < "$folder/$1"
    [ -z "$mark" ] || [ "$mark" != "$2" ] || return 0
  done
  return 1
}
[ -n "$HELPER_RUN" ] && marked post_create "${HELPER_RUN%%@*}"; sec post_create $?
[ -n "$HELPER_RUN" ] && marked post_start "${HELPER_RUN#*@}"; sec post_start $?
