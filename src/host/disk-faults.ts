import { join } from "node:path";
import { mustRun } from "./subprocess.ts";

/** How to run a program as root in the guest: argv in, argv out. */
type Inside = (argv: readonly string[]) => string[];

/** What can go wrong with the disk of a running guest. Each returns when it has come about. */
export function diskFaults(inside: Inside) {
  const mustInside = (argv: readonly string[]) => mustRun(inside(argv));
  return {
    fillDisk: async (path: string, free = 0) => {
      await mustInside(["sh", "-euc", fillingUp, "sh", path, String(free)]);
    },
    freeDisk: async (path: string) => {
      await mustInside(["rm", "--force", join(path, filler)]);
    },
    limitDisk: async (path: string, bytes: number) => {
      await mustInside(["sh", "-euc", limiting, "sh", path, String(bytes)]);
    },
    makeReadOnly: async (path: string) => {
      await mustInside(["sh", "-euc", lockingUp, "sh", path]);
    },
    makeWritable: async (path: string) => {
      await mustInside(["umount", "--lazy", path]);
    },
  };
}

/** The name of the file that takes the room away. */
const filler = ".taken-by-berth";

/**
 * usage: sh -euc … PATH FREE    leaves FREE bytes on the file system of PATH. The most by fallocate, which fails where the file's own
 * description needs the last blocks; so those are written, until nothing more goes in.
 */
const fillingUp = `
file=$1/${filler}
rm -f "$file"
: >"$file"
for attempt in $(seq 20); do
  more=$(($(df --block-size=1 --output=avail "$1" | tail -n 1) - $2))
  [ "$more" -gt 0 ] || exit 0
  if [ "$more" -gt 33554432 ]; then
    fallocate --offset "$(stat --format=%s "$file")" --length "$((more - 16777216))" "$file"
  else
    head -c "$more" /dev/zero >>"$file" || true
    sync "$file" || true
  fi
done 2>/dev/null
[ "$more" -lt 1048576 ] || { echo "$more bytes of $1 could not be taken" >&2; exit 1; }
`;

/** usage: sh -euc … PATH    a read-only mount of PATH over itself; refused for as long as somebody who came between the two calls writes. */
const lockingUp = `
mount --bind "$1" "$1"
for attempt in $(seq 200); do
  mount -o remount,bind,ro "$1" 2>/dev/null && exit
  sleep 0.02
done
umount --lazy "$1"
echo "$1 is being written to all the time" >&2
exit 1
`;

/** usage: sh -euc … PATH BYTES    a tmpfs over PATH that holds what PATH held. */
const limiting = `
mkdir -p "$1"
mode=$(stat --format=%a "$1") owner=$(stat --format=%u "$1") group=$(stat --format=%g "$1")
kept=$(mktemp --directory)
cp --archive "$1/." "$kept"
mount -t tmpfs -o "size=$2,mode=$mode,uid=$owner,gid=$group" tmpfs "$1"
cp --archive "$kept/." "$1"
rm -rf "$kept"
`;
