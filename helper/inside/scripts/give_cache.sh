# The volume is the user's, whatever ids its user had in the container before.
ls -ldn "$cache" | { read -r _ _ uid gid _; [ "$uid:$gid" = "$owner" ]; } || chown -R -h "$owner" "$cache"
