# $me, $my_run, $agreed, $share and $label (the owner id of who looks, a run of a container that is known to be theirs, the
# owner whom they may use, yes when the target would be one of several users of a shared container, and the label of our
# containers),
# $project (its folder on the server), $mounts, $image, $known_run, $quick, $full, $gpus (not empty: the target wants some),
# $gpus_named (not empty: these by number), $gpus_again (not empty: what is remembered of them is not good) and $our_shell (our_shell.sh) are set above it, so are
# gpu_files, gpu_list, project_owner and look_into, choose_engine.sh ran before it, and what look_ahead.sh prints is at 3.
case $engine in
  podman)
    socket=/run/podman/podman.sock
    [ "$uid" = 0 ] || socket=${XDG_RUNTIME_DIR:-/run/user/$uid}/podman/podman.sock
    [ -S "$socket" ]
    ;;
  *) case ${DOCKER_HOST:-unix://} in unix://*) ;; *) false ;; esac ;;
esac
sec keeper $?
printf '%s\n' "$keeper"
if [ -n "$keeps" ]; then sec keeper_container 0; printf '%s' "${keeps#* * * }"; fi
# The records of both: volumes, named after the ids.
records() {
  volumes=
  for id in "${found#* }" "${kept#* * }"; do
    id=${id%%@*}
    [ -z "$id" ] || volumes="$volumes helper-of-${id%"${id#????????????}"}"
  done
  # shellcheck disable=SC2086
  [ -z "$volumes" ] || "$engine" volume inspect --format '{{json .Labels}}' -- $volumes 2>/dev/null </dev/null
}
# Of $mounts, lines, those that are not there. What this account cannot see may be there.
sec no_folders 0
while [ -n "$mounts" ]; do
  place=${mounts%%"$line_end"*}
  case $mounts in *"$line_end"*) mounts=${mounts#*"$line_end"} ;; *) mounts= ;; esac
  if [ -e "$place" ] || [ -L "$place" ]; then continue; fi
  above=$place
  until [ -e "$above" ]; do above=${above%/*}; above=${above:-/}; done
  if [ -d "$above" ] && [ -x "$above" ]; then printf '%s\n' "$place"; fi
done
# Another person's container is not looked into before that person's name is agreed to. What is known already is not asked
# again. Labels of a volume, as record.cpp writes them.
look_inside=yes
toolkit() { # the section toolkit: what NVIDIA's container toolkit says of itself, where it is there
  command -v nvidia-ctk >/dev/null 2>&1 || return
  toolkit_lines=$(limited_to 5 nvidia-ctk --version 2>/dev/null </dev/null)
  sec toolkit $?
  printf '%s\n' "$toolkit_lines"
}
run=${found#* }; run=${run%% *}
case $found in
  *"\"$label\":\""*)
    if [ -n "$me" ] && [ "$run" != "$known_run" ] && [ "$run" != "$my_run" ]; then
      id=${run%%@*}
      whose=$("$engine" volume inspect --format '{{index .Labels "io.helper.of.owner"}} {{index .Labels "io.helper.of.owner-name"}}' -- "helper-of-${id%"${id#????????????}"}" 2>/dev/null </dev/null)
      whose=${whose##*"$line_end"}  # after what a program of that name prints first
      case $whose in
        '' | "$me "* | *" $agreed") ;;
        *) case $share$found in yes*'\"container.share\":\"true\"'*) ;; *) look_inside= ;; esac ;;
      esac
    fi
    ;;
esac
case $look_inside$found in
  yestrue/false*)
    if about=$(project_owner) && [ -n "$about" ]; then sec owner 0; printf '%s' "$about"; fi
    look=full
    if [ -n "$quick" ] && [ "$run" = "$known_run" ]; then look=quick; fi
    sec look_$look 0
    # The image and the records are asked for meanwhile.
    { "$engine" image inspect --format '{{json .}}' -- "$image" 2>/dev/null </dev/null; sec records 0; records; } | {
    listing=
    if [ -n "$gpus" ] && [ "$look$gpus_again" != quick ]; then
      gpu_files server_gpus
      { gpu_list server_gpus; [ "$look" != full ] || toolkit; } &
      listing=$!
    fi
    status=1
    if [ "$run" = "$my_run" ]; then
      answer=$(cat <&3)
      case $answer in "$engine $look "*) answer=${answer#"$engine $look "} status=0 ;; *) ;; esac
    fi
    if [ "$status" != 0 ]; then
      answer=$(look_into "$engine" "$container" "$run" "$look")
      status=$?
    fi
    [ -z "$listing" ] || wait "$listing"
    sec inside 0
    printf '%s\n' "$answer"
    case $status in 126 | 127) sec no_shell 0 ;; esac
    sec inside_end $status
    if [ "$status" != 0 ]; then
      # Why: what the engine says, and what has become of the container. One that ends again and again runs now and then.
      # Newer Dockers say it on standard output.
      sec inside_said 0
      "$engine" exec --user 0 -- "$container" sh -c : 2>&1 </dev/null
      tries=0
      while :; do
        after=$("$engine" container inspect --format '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}' -- "$container" 2>/dev/null </dev/null)
        after=${after##*"$line_end"}
        case $after in "running "*" 0" | "") break ;; "running "*) ;; *) break ;; esac
        tries=$((tries + 1))
        if [ $tries -gt 10 ]; then break; fi
        sleep 0.2 2>/dev/null || sleep 1
      done
      sec inside_after 0
      printf '%s\n' "$after"
    fi
    all=$(cat); details=$(printf '%s' "${all%%"$nonce"*}"); [ -n "$details" ]; sec image $?
    printf '%s' "$all"
    }
    ;;
  *)
    [ -z "$gpus" ] || gpu_files server_gpus
    [ -z "$gpus_named" ] || gpu_list server_gpus
    [ -n "$info" ] || info=$("$engine" info --format '{{json .}}' 2>/dev/null)
    sec engine 0
    printf '%s' "$info"
    details=$("$engine" image inspect --format '{{json .}}' -- "$image" 2>/dev/null); sec image $?
    printf '%s' "$details"
    sec records 0
    records
    ;;
esac
