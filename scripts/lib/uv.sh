#!/usr/bin/env bash
# uv chooses the packages for the server's Python, which this job's need not be, and for its C library: pip cannot, it always asks
# the Python that runs it. uv is taken from the image, or installed for this job from its own package index.

# Renewed by hand, with the tests; what this version does is what they prove.
UV_PINNED=0.13.9

# usage: prepare_uv PYTHON    sets UV, empty where it cannot be had: pip chooses then, and one line says what is not proved (check_wheels
# still finds what is missing); and UV_SETTINGS,
# UV_ARGUMENTS, what uv must be told to work as pip is set up here. Ends the job where a setting of pip has no counterpart.
prepare_uv() {
  local reason
  UV_SETTINGS=() UV_ARGUMENTS=()
  if UV=$(type -P uv) && is_new_enough "$UV"; then
    say "uv: $("$UV" --version)"
  elif reason=$(make_bare_environment "$1" "$WORK/uv" && pip_in "$WORK/uv" "$WHEEL_OF_PIP" install --retries 1 --no-deps --only-binary :all: "uv==$UV_PINNED" 2>&1); then
    UV=$WORK/uv/bin/uv
    say "uv: $UV_PINNED, installed for this job"
  else
    UV=''
    [[ -z $reason ]] || reason=" (${reason##*$'\n'})"
    warn "uv $UV_PINNED is neither in the image nor in the package index$reason: pip chooses the packages for this job's Python $(full_version_of "$1"). Not proved: that $TARGET would get the same ones"
    return
  fi
  map_pip_settings "$1"
}

# usage: is_new_enough UV    the options below are there since 0.7
is_new_enough() {
  local version
  version=$("$1" --version 2>/dev/null) && [[ $version =~ ^uv\ ([0-9]+)\.([0-9]+)\. ]] && ((BASH_REMATCH[1] > 0 || BASH_REMATCH[2] >= 7))
}

# usage: map_pip_settings PYTHON    fills UV_SETTINGS and UV_ARGUMENTS from pip.conf and PIP_…; what has no counterpart ends the job.
map_pip_settings() {
  local record
  "$1" -B "$WORK/pip_settings.py" "$WORK/uv_settings" || fail "the settings of pip above have no counterpart here"
  while IFS= read -r -d '' record; do
    if [[ $record == -* ]]; then UV_ARGUMENTS+=("$record"); else UV_SETTINGS+=("$record"); fi
  done <"$WORK/uv_settings"
}

# usage: as_set_up COMMAND ARGUMENT…    runs it with UV_SETTINGS in its environment, which only this user can read: an index's address
# may hold a password; its status is the command's
as_set_up() {
  (
    ((${#UV_SETTINGS[@]} == 0)) || export "${UV_SETTINGS[@]}"
    "$@"
  )
}

# usage: run_uv ARGUMENT…    uv as pip is set up here, without the project's own uv.toml; its status is uv's
run_uv() {
  UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy as_set_up "$UV" --no-config --no-progress --color never "$@"
}

# usage: run_uv_alone ARGUMENT…    uv without a single setting from outside, without network and cache; its status is uv's
run_uv_alone() {
  (
    unset "${!UV_@}" "${!PIP_@}"
    exec "$UV" --no-config --no-progress --color never --offline --no-cache "$@"
  )
}

# usage: resolve_requirements PYTHON FILE OUTPUT    writes what the target needs of FILE, each with its hashes; its status is uv's
resolve_requirements() {
  local arguments=() platform
  platform=$(platform_of_target "$1")
  [[ -z $TARGET_PYTHON ]] || arguments+=(--python-version "$TARGET_PYTHON")
  [[ -z $platform ]] || arguments+=(--python-platform "$platform")
  say "packages for $TARGET: Python ${TARGET_PYTHON:-$(full_version_of "$1")}${platform:+, $platform}"
  run_uv pip compile --quiet --python "$1" --generate-hashes --no-annotate --no-header --no-strip-extras "${arguments[@]}" \
    "${UV_ARGUMENTS[@]}" --output-file "$3" "$2"
}

# usage: platform_of_target PYTHON    prints uv's word for the older one of the target's and this job's C libraries: a wheel must load in
# both. Nothing on musl and on processors for which uv has no word
platform_of_target() {
  local own machine minor
  own=$("$1" -c 'import platform; print(" ".join(platform.libc_ver()))')
  machine=$(uname -m)
  [[ $own =~ ^glibc\ 2\.([0-9]+) && $machine =~ ^(x86_64|aarch64)$ ]] || return 0
  own=${own#glibc 2.} own=${own%%.*} minor=${TARGET_GLIBC#2.}
  minor=${minor:-$own}
  ((minor <= own)) || minor=$own
  ((minor <= 40)) || minor=40
  ((minor >= 31)) || minor=28
  printf '%s-manylinux_2_%s\n' "$machine" "$minor"
}

# usage: full_version_of PYTHON    prints its version like 3.11.2
full_version_of() {
  "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])'
}
