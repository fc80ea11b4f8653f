# shellcheck disable=SC2034
# $engines, $container, $aside and $line_end are set above it. The first words of the inspect format tell the shell which
# container it is and whether its inside can be looked at; the rest is its JSON. An engine that has the container, or
# gives information without ServerErrors, is the one; a later one is asked only when those before it do not answer. A
# client answers `info` even when its server does not (docker's ServerErrors); that text is the first engine's trouble.
sec machine 0
uname -m
# "uid=1000(anna) gid=...", or "uid=1000 gid=..." for an id without a name.
uid=$(id)
uid=${uid%% gid=*} uid=${uid#uid=}
account=${uid#*"("} account=${account%")"} uid=${uid%%"("*}
case $account in *[!a-zA-Z0-9_.-]*) account=$(printf %s "$account" | tr -c 'a-zA-Z0-9_.-' _) ;; esac
keeper=helper-keeper-$account
engine='' info='' trouble='' troubled='' both=''
for candidate in $engines; do
  command -v "$candidate" >/dev/null 2>&1 || continue
  both=$("$candidate" container inspect --format '{{.Name}} {{.State.Running}}/{{.State.Paused}} {{.Id}}@{{json .State.StartedAt}} {{json .}}' -- "$container" "$aside" "$keeper" 2>/dev/null)
  case $both in *'@"'*) engine=$candidate; break ;; esac
  both=''  # what a program of that name prints to everybody
  info=$("$candidate" info --format '{{json .}}' 2>/dev/null)
  case $info in
    *'"ServerErrors":["'*) answers='' ;;
    *'{'*) answers=yes ;;
    *) info='' answers='' ;;
  esac
  case $answers in
    '')
      said=$info info=''  # of an engine that is not the one
      [ -n "$troubled" ] && continue
      troubled=$candidate
      trouble=$said
      [ -n "$trouble" ] || trouble=$("$candidate" version 2>&1 >/dev/null)
      ;;
    *) engine=$candidate; break ;;
  esac
done
if [ -n "$troubled" ]; then sec "trouble_$troubled" 0; printf '%s' "$trouble"; fi
# Which Docker this account has chosen: DOCKER_HOST is stronger than a context.
if [ "$troubled" = docker ]; then
  context=$DOCKER_CONTEXT
  [ -n "$context" ] || context=$(docker context inspect --format '{{.Name}}' 2>/dev/null </dev/null) || context=''
  sec chosen_docker 0
  printf 'host %s\ncontext %s\n' "$DOCKER_HOST" "${context##*"$line_end"}"
  [ -z "$DOCKER_CONTEXT" ] || echo 'by DOCKER_CONTEXT'
fi
if [ -z "$engine" ]; then sec no_engine 0; exit 0; fi
[ "$uid" = 0 ]; sec "program_$engine" $?
found='' kept='' keeps=''
while [ -n "$both" ]; do
  one=${both%%"$line_end"*}
  case $both in *"$line_end"*) both=${both#*"$line_end"} ;; *) both= ;; esac
  case $one in
    "/$aside "* | "$aside "*) kept=$one ;;
    "/$keeper "* | "$keeper "*) keeps=$one ;;
    "/$container "* | "$container "*) found=$one ;;
    *) ;;  # a name is also taken for the beginning of an id: that container was not asked for
  esac
done
[ -n "$found" ]; sec container $?
found=${found#* }
printf '%s' "${found#* * }"
if [ -n "$kept" ]; then sec aside 0; printf '%s' "${kept#* * * }"; fi
