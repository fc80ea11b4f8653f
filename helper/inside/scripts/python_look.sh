# Every way to find an interpreter.
# shellcheck disable=SC1007,SC2163,SC2209
[ -z "$wanted" ] || candidate path "$wanted"
if [ -n "$project" ]; then
  for folder in .venv venv env; do
    kind=venv:
    if [ -f "$project/$folder/pyvenv.cfg" ]; then
      if grep -q '^uv *=' "$project/$folder/pyvenv.cfg"; then kind=uv:; fi
    else
      # One of an old virtualenv, or of `conda create --prefix`.
      [ -f "$project/$folder/bin/activate" ] || [ -d "$project/$folder/conda-meta" ] || continue
    fi
    candidate "$kind$folder" "$project/$folder/bin/python"
  done
  each pixi: "$project"/.pixi/envs/*
  each hatch: "$project"/.hatch/*
  # The default one of hatch's environments has the project's name, as it is normalized.
  if is_text "$project/pyproject.toml"; then
    name hatch: "$(value_in project name "$project/pyproject.toml" | sed 's/[-_.][-_.]*/-/g' | tr A-Z a-z)"
  fi
  if is_text "$project/.pdm-python"; then
    named=''
    read -r named <<EOF
$(text_of "$project/.pdm-python")
EOF
    candidate pdm:.pdm-python "$named"
  elif is_text "$project/.pdm.toml"; then
    candidate pdm:.pdm.toml "$(value_in python path "$project/.pdm.toml")"
  fi
  for place in "$project"/*/.venv "$project"/*/venv; do
    [ -f "$place/pyvenv.cfg" ] && candidate "venv:${place#"$project/"}" "$place/bin/python"
  done
  for file in environment.yml environment.yaml; do
    is_text "$project/$file" && name conda: "$(sed -n 's/^name:[[:space:]]*\([^#]*\).*/\1/p' "$project/$file" | head -n 1 | tr -d "\"' \r")"
  done
  for file in mise.local.toml .mise.local.toml mise.toml .mise.toml mise/config.toml .mise/config.toml .config/mise.toml .config/mise/config.toml; do
    if is_text "$project/$file"; then
      name mise: "$(value_in tools python "$project/$file" | sed 's/^prefix://')"
      name mise: "$(value_in tools.python version "$project/$file" | sed 's/^prefix://')"
    fi
  done
  if is_text "$project/.tool-versions"; then
    while read -r tool version _; do [ "$tool" = python ] && name asdf: "$version"; done <<EOF
$(text_of "$project/.tool-versions")
EOF
  fi
  is_text "$project/.python-version" && name pyenv: "$(head -n 1 "$project/.python-version" | tr -d ' \r')"
fi
candidate image:python "$(command -v python)"
candidate image:python3 "$(command -v python3)"
# What the image's own variables activate. The base environment of conda, from which images are made, says nothing.
for place in "${VIRTUAL_ENV-}" "${CONDA_PREFIX:-${CONDA_DEFAULT_ENV-}}"; do
  case $place in /*) [ -d "$place/condabin" ] || each activated: "$place" ;; esac
done
for root in /opt/conda /opt/miniconda3 /opt/anaconda3 /opt/miniforge3 /opt/mambaforge /usr/local/miniconda3 /usr/local/anaconda3 \
  "$home/miniconda3" "$home/anaconda3" "$home/miniforge3" "$home/mambaforge" "$home/miniconda" "$home/anaconda" "$home/miniforge" \
  "$home/conda" "$home/micromamba" "$home/.local/share/mamba" "$home/.conda"; do
  conda_root "$root"
done
for place in /opt/*; do conda_folder "$place"; done
case ${CONDA_PREFIX-} in
  */envs/*) conda_root "${CONDA_PREFIX%/envs/*}" ;;
  /*) conda_folder "$CONDA_PREFIX" ;;
esac
for file in "$home/.condarc" "$home/.conda/.condarc" "$home/.config/conda/.condarc" "$home/.mambarc" /etc/conda/.condarc /opt/conda/.condarc; do
  conda_settings "$file"
done
if is_text "$home/.conda/environments.txt"; then
  while read -r place || [ -n "$place" ]; do
    case $place in
      */.pixi/envs/*) ;;  # pixi's own
      */envs/*) each conda: "$place" ;;
      /*) conda_folder "$place" ;;
    esac
  done <<EOF
$(text_of "$home/.conda/environments.txt")
EOF
fi
roots
for path in /usr/bin/python3 /usr/local/bin/python3 /usr/local/python*/bin/python3 /opt/python*/bin/python3; do candidate system "$path"; done
for folder in /usr/bin /usr/local/bin; do
  usual=$(readlink -f "$folder/python3")
  for path in "$folder"/python3.[0-9] "$folder"/python3.[0-9][0-9]; do
    [ -x "$path" ] || continue
    [ "$(readlink -f "$path")" = "$usual" ] || candidate system "$path"
  done
done
answer=$(
  { login -i | heard; } &
  plain=$(login | heard)
  wait
  printf '%s\n%s\n' "$nonce-plain" "$plain"
)
state=none cut= asked=terminal PATH_of_login=
while IFS= read -r line; do
  case $line in
    "$nonce-plain")
      [ "$state" = none ] || break
      asked=plain; PATH_of_login= ;;
    "$nonce-end") state=$asked ;;
    "$nonce-cut") cut=cut ;;
    PATH=*) PATH_of_login=${line#PATH=} ;;
    *=*) export "$line" ;;
  esac
done <<EOF
$answer
EOF
printf '\n%s-login\037%s\037%s\n' "$nonce" "$state" "$cut"
if [ "$state" != none ]; then
  named() { ( PATH=$PATH_of_login; command -v "$1" ) }
  candidate login:python "$(named python)"
  candidate login:python3 "$(named python3)"
  roots
fi
wait
