#!/usr/bin/env bash
# What the job works for: the server's Python and C library, as the input `target` names them.
# shellcheck disable=SC2034 # uv.sh reads them

# usage: read_target    sets WANTED_PYTHON (such as 3.11), TARGET (its name for people), and TARGET_PYTHON (such as 3.11.2) and
# TARGET_GLIBC (such as 2.36), both empty where nothing names them. The versions are those of the distributions' own archives:
# https://packages.debian.org/search?keywords=python3 and libc6, https://packages.ubuntu.com/search?keywords=python3 and libc6
read_target() {
  TARGET=${BERTH_TARGET:-} TARGET_PYTHON='' TARGET_GLIBC='' WANTED_PYTHON=${BERTH_PYTHON_VERSION:-}
  case $TARGET in
    debian-12) TARGET_PYTHON=3.11.2 TARGET_GLIBC=2.36 ;;
    debian-13) TARGET_PYTHON=3.13.5 TARGET_GLIBC=2.41 ;;
    ubuntu-22.04) TARGET_PYTHON=3.10.12 TARGET_GLIBC=2.35 ;;
    ubuntu-24.04) TARGET_PYTHON=3.12.3 TARGET_GLIBC=2.39 ;;
    3.*) TARGET_PYTHON=$TARGET ;;
    '')
      [[ -n $WANTED_PYTHON ]] || fail 'nothing says which Python the server has: set the input target, such as debian-12'
      TARGET="Python $WANTED_PYTHON"
      return
      ;;
  esac
  [[ -z $WANTED_PYTHON || $WANTED_PYTHON == "${TARGET_PYTHON%.*}" ]] ||
    fail "the inputs contradict each other: target $TARGET has Python $TARGET_PYTHON, and python_version is $WANTED_PYTHON; leave python_version out"
  WANTED_PYTHON=${TARGET_PYTHON%.*}
}
