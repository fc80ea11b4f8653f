# Runs $look as the user, since what it finds is that user's to run and not root's; as root only where the container has
# no way to become the user. Prints what it says.
ask_as_the_user() {
  export HELPER_LOOK_HOME="$home" HELPER_LOOK_SHELL="$shell"
  busy=/dev/helper/ssh/bin/busybox
  if [ -z "$uid" ]; then return; fi
  if [ "$uid" = "$(id -u)" ]; then HOME=$home sh -c "$look"
  elif su -s /bin/sh -c true "$user" >/dev/null 2>&1; then HOME=$home su -s /bin/sh -c "$look" "$user"
  elif setpriv --reuid "$uid" --clear-groups true >/dev/null 2>&1; then HOME=$home setpriv --reuid "$uid" --clear-groups sh -c "$look"
  elif "$busy" su -s /bin/sh -c true "$user" >/dev/null 2>&1; then HOME=$home "$busy" su -s /bin/sh -c "$look" "$user"
  else HOME=$home sh -c "$look"; fi </dev/null
}
