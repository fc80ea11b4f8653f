# accounts.sh is above it. A mounted project below the home is the server's, and stays as it is: $leave are the words by
# which find leaves such places out. -xdev keeps to the container's own file system where a mount of the engine's is on
# another.
# shellcheck disable=SC2209
taken=$(with_id /etc/passwd "$uid")
[ -z "$taken" ] || [ "$taken" = "$user" ] || { echo "Error: the user id $uid is that of $taken" >&2; exit 1; }
entry=$(grep "^$user:" /etc/passwd) || { echo "Error: there is no user $user in /etc/passwd" >&2; exit 1; }
IFS=: read -r _ _ old_uid old_gid _ home _ <<EOF
$entry
EOF
make_group
while IFS= read -r line || [ -n "$line" ]; do
  case $line in
    "$user:"*)
      password=${line#*:}
      printf '%s:%s:%s:%s:%s\n' "$user" "${password%%:*}" "$uid" "$gid" "${line#*:*:*:*:}"
      ;;
    *) printf '%s\n' "$line" ;;
  esac
done < /etc/passwd | replace /etc/passwd 644
find=find
command -v find >/dev/null 2>&1 || find="/dev/helper/ssh/bin/busybox find"
case $own_home:$home in
  no:* | yes:/ | yes:/root | yes:) ;;
  *)
    if [ -d "$home" ]; then
      eval "set -- $leave"
      $find "$home" -xdev "$@" -user "$old_uid" -exec chown -h "$uid" {} +
      [ "$old_gid" = "$gid" ] || $find "$home" -xdev "$@" -group "$old_gid" -exec chgrp -h "$gid" {} +
    fi
    ;;
esac
