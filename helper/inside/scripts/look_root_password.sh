# Whether the place's own sshd lets root in by a password. $sshd is set above it. Without that sshd no process is started
# for it. Ours is another file, and so is the server's where its processes are seen. What is not sure is no: options of its
# command line, and lists of users, may change what the files say.
# shellcheck disable=SC3013,SC2154
password_of_root() { # a hash, which some password fits
  while IFS=: read -r name hash _; do
    [ "$name" = root ] || continue
    case $hash in '$'*) return 0 ;; *) return 1 ;; esac
  done 2>/dev/null < /etc/shadow
  return 1
}
sshd_runs() { # the first one: its command line in $line
  for process in /proc/[0-9]*; do
    comm=''
    read -r comm 2>/dev/null < "$process/comm"
    if [ "$comm" = sshd ] && [ "$process/exe" -ef "$sshd" ]; then
      line=$(tr '\0' ' ' 2>/dev/null < "$process/cmdline")
      return 0
    fi
  done
  return 1
}
root_password() {
  [ -n "$sshd" ] && password_of_root && sshd_runs || return 1
  case $line in *' -f'* | *' -o'*) return 1 ;; *) ;; esac
  setup=$("$sshd" -T -C user=root,host=localhost,addr=127.0.0.1 2>/dev/null </dev/null)
  case $setup in *allowusers* | *allowgroups* | *denyusers* | *denygroups*) return 1 ;; *) ;; esac
  case $setup in *'authenticationmethods any'*) ;; *authenticationmethods*) return 1 ;; *) ;; esac
  case $setup in *'permitrootlogin yes'*) ;; *) return 1 ;; esac
  case $setup in *'passwordauthentication yes'*) ;; *) return 1 ;; esac
}
root_password; sec root_password $?
