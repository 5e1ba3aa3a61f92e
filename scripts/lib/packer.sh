#!/usr/bin/env bash
# The Python programs that make a package.

# usage: unpack_packer FOLDER    puts them there
unpack_packer() {
  cat "${BASH_SOURCE[0]%/*}/source_files.py" >"$1/source_files.py"
  cat "${BASH_SOURCE[0]%/*}/lock_wheels.py" >"$1/lock_wheels.py"
  cat "${BASH_SOURCE[0]%/*}/check_wheels.py" >"$1/check_wheels.py"
  cat "${BASH_SOURCE[0]%/*}/list_wheels.py" >"$1/list_wheels.py"
  cat "${BASH_SOURCE[0]%/*}/steady_wheels.py" >"$1/steady_wheels.py"
  cat "${BASH_SOURCE[0]%/*}/package_files.py" >"$1/package_files.py"
}
