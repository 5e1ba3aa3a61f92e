#!/usr/bin/env bash
# The input persistent_paths, read in one way by the checks, by the jobs and by the server.

# usage: persistent_paths    prints the paths that outlive releases, one a line, in their shortest form: blog//db/./x/ is blog/db/x
persistent_paths() {
  local path words
  read -r -d '' -a words <<<"${BERTH_PERSISTENT_PATHS:-}" || true
  for path in "${words[@]}"; do
    if [[ $path != /* ]]; then
      path=/$path/
      while [[ $path == *//* || $path == */./* ]]; do path=${path//\/.\//\/} path=${path//\/\//\/}; done
      path=${path#/} path=${path%/}
    fi
    printf '%s\n' "${path:-.}"
  done
}

# usage: persistent_paths_problem    prints what is wrong with them and what would be right, a tab between; nothing where all is well.
# Of two paths of which one lies in the other, the outer one's link would lead into the data that is live.
persistent_paths_problem() {
  local path part list
  local -A seen=()
  list=$(persistent_paths)
  [[ -n $list ]] || return 0
  while IFS= read -r path; do
    if [[ ! $path =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$ ]]; then
      printf 'the persistent path "%s" is not a relative path of plain names\twrite paths like blog/db, below the application'\''s folder\n' "$path"
      return
    elif [[ $path == venv || $path == venv/* ]]; then
      printf 'the persistent path "%s" is in the virtual environment, which each release has for itself\tleave it out\n' "$path"
      return
    elif [[ -n ${seen[$path]:-} ]]; then
      printf 'the persistent path "%s" is given twice\tname each path once\n' "$path"
      return
    fi
    seen[$path]=yes
  done <<<"$list"
  while IFS= read -r path; do
    part=$path
    while true; do
      if [[ $part != "$path" && -n ${seen[$part]:-} ]]; then
        printf 'the persistent path "%s" lies in the persistent path "%s"\tname "%s" alone: all that is in it is kept\n' "$path" "$part" "$part"
        return
      elif [[ $part == *.d && -n ${seen[${part%.d}]:-} ]]; then # where "app.db" is a file, it is kept in app.db.d, with its journals
        printf 'the persistent paths "%s" and "%s" have one place on the server\tgive one of them another name\n' "${part%.d}" "$path"
        return
      fi
      [[ $part == */* ]] || break
      part=${part%/*}
    done
  done <<<"$list"
}
