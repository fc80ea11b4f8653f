# accounts.sh is above it. The '*' in shadow is no password and, unlike '!', no lock against keys.
has_name /etc/passwd "$user" && { echo "Error: there is a user $user already" >&2; exit 1; }
taken=$(with_id /etc/passwd "$uid")
[ -z "$taken" ] || { echo "Error: the user id $uid is that of $taken" >&2; exit 1; }
shell=/bin/sh
[ ! -x /bin/bash ] || shell=/bin/bash
home=/home/$user
if [ ! -d "$home" ]; then
  [ "$own_home" = yes ] || { echo "Error: $home would be a folder of the server, which is mounted there, and helper makes none" >&2; exit 1; }
  mkdir -p /home
  if [ -d /etc/skel ]; then cp -R /etc/skel "$home"; else mkdir "$home"; fi
  chown -R "$uid:$gid" "$home"
  chmod 755 "$home"
fi
make_group
[ ! -f /etc/shadow ] || has_name /etc/shadow "$user" || printf '%s:*:19000:0:99999:7:::\n' "$user" >> /etc/shadow
printf '%s:x:%s:%s::%s:%s\n' "$user" "$uid" "$gid" "$home" "$shell" >> /etc/passwd
