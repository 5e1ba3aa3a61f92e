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
      await mustInside(["mount", "--bind", path, path]);
      await mustInside(["mount", "-o", "remount,bind,ro", path]);
    },
    makeWritable: async (path: string) => {
      await mustInside(["umount", "--lazy", path]);
    },
  };
}

/** The name of the file that takes the room away. */
const filler = ".taken-by-berth";

/** usage: sh -euc … PATH FREE    leaves FREE bytes on the file system of PATH; tries again where others take room meanwhile. */
const fillingUp = `
file=$1/${filler}
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  rm -f "$file"
  free=$(df --block-size=1 --output=avail "$1" | tail -n 1)
  taken=$((free - $2))
  [ "$taken" -gt 0 ] || exit 0
  ! fallocate --length "$taken" "$file" || exit 0
done
rm -f "$file"
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
