# accounts.sh is above it. $person is not empty in a shared container, where others may be created at this moment: it says
# whose the user is, in the comment field of /etc/passwd (passwd(5)). The '*' in shadow is no password and, unlike '!', no
# lock against keys.
if [ -n "$person" ]; then
  tries=0
  mkdir -p /dev/helper
  until mkdir /dev/helper/accounts.lock 2>/dev/null || [ $tries -gt 100 ]; do tries=$((tries + 1)); sleep 0.1; done
  trap 'rmdir /dev/helper/accounts.lock 2>/dev/null' EXIT
fi
has_name /etc/passwd "$user" && { echo "Error: there is a user $user already" >&2; exit 1; }
[ -w /etc/passwd ] || { echo "Error: /etc/passwd of the container cannot be written: its root file system is read-only" >&2; exit 1; }
home=/home/$user
if [ "$any_ids" = yes ]; then
  # A home that is there, of a container from before, is this person's when it has an id that this person could have had.
  its_owner=$(stat -c %u "$home" 2>/dev/null || echo 0)
  if [ "$its_owner" != 0 ]; then
    if [ "$its_owner" -lt "$uid" ] || [ "$its_owner" -gt $((uid + 63)) ]; then
      echo "Error: $home belongs to user id $its_owner, so it is another person's; write another name in helper.json: \"ssh\": {\"user\": ...}" >&2
      exit 1
    fi
    uid=$its_owner
  else
    while [ -n "$(with_id /etc/passwd "$uid")" ] || [ -n "$(with_id /etc/group "$uid")" ]; do uid=$((uid + 1)); done
  fi
  gid=$uid
fi
taken=$(with_id /etc/passwd "$uid")
[ -z "$taken" ] || { echo "Error: the user id $uid is that of $taken" >&2; exit 1; }
shell=/bin/sh
[ ! -x /bin/bash ] || shell=/bin/bash
if [ ! -d "$home" ]; then
  [ "$own_home" = yes ] || { echo "Error: $home would be a folder of the server, which is mounted there, and helper makes none" >&2; exit 1; }
  mkdir -p /home
  new=/home/.helper-makes-$user
  rm -rf "$new"
  if [ -d /etc/skel ]; then cp -R /etc/skel "$new"; else mkdir "$new"; fi
  chown -R "$uid:$gid" "$new" 2>/dev/null || {
    rm -rf "$new"
    echo "Error: $home cannot be given to $user: the container may not change owners of files (CAP_CHOWN)" >&2
    exit 1
  }
  if [ -n "$person" ]; then chmod 700 "$new"; else chmod 755 "$new"; fi
  mv "$new" "$home"
elif [ "$own_home" = yes ] && [ "$(stat -c %u "$home")" = 0 ]; then
  # The engine made it, for a mount in it.
  chown "$uid:$gid" "$home"
  [ -z "$person" ] || chmod 700 "$home"
fi
make_group
[ ! -f /etc/shadow ] || has_name /etc/shadow "$user" || printf '%s:*:19000:0:99999:7:::\n' "$user" >> /etc/shadow
printf '%s:x:%s:%s:%s:%s:%s\n' "$user" "$uid" "$gid" "${person:+helper $person}" "$home" "$shell" >> /etc/passwd
