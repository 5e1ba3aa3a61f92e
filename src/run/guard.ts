import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * What the guard does once the run has ended: end each process that the jobs have left (they carry the folder's name in their environment, also
 * where they have left their process group). After a run that has ended without a word also the containers that have the folder mounted, with
 * their services and network; then it removes the folder, and artifacts that were on their way.
 */
const script = `
trap '' HUP INT TERM
folder=$1 end=$2 artifacts= line=
while IFS= read -r line; do
  [ "$line" = done ] && break
  artifacts=$line
done
rounds=0
while [ "$rounds" -lt 20 ]; do
  found=$(grep -lF -- "$folder" /proc/[0-9]*/environ 2>/dev/null | grep -o '[0-9][0-9]*') || break
  kill -9 $found 2>/dev/null
  rounds=$((rounds + 1))
  sleep 0.1
done
[ "$line" = done ] && exit 0
for engine in podman docker; do
  command -v "$engine" >/dev/null || continue
  for name in $("$engine" ps --all --filter label=berth-job --format '{{.Names}}' 2>/dev/null); do
    "$engine" inspect --format '{{range .Mounts}}{{.Source}} {{end}}' "$name" 2>/dev/null | grep -qF -- "$folder" || continue
    "$engine" rm --force --volumes "$name"
    services=$("$engine" ps --all --quiet --filter "network=$name")
    [ -z "$services" ] || "$engine" rm --force --volumes $services
    "$engine" network rm "$name"
  done
done
rm -rf -- "$folder"
[ -z "$artifacts" ] || rm -rf -- "$artifacts"/*"$end"
`;

/** A process that cleans up after a run that was killed. */
export interface Guard {
  /** Lets it know the folder in which artifacts land. */
  watch(artifacts: string): void;
  /** The run has cleaned up by itself: only processes are looked for. */
  dismiss(): Promise<void>;
}

/**
 * Starts a guard over a run's private folder. It waits on a pipe that ends with this process, however that ends. `partEnd` is what the names of
 * folders end with that are not complete yet.
 */
export function startGuard(folder: string, partEnd: string): Guard {
  const child = spawn("/bin/sh", ["-c", script, "sh", folder, partEnd], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // A command that ends without a run does not wait for it.
  child.unref();
  // One that was killed itself can do nothing any more, and nothing is wrong with the run.
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  return {
    watch: (artifacts) => {
      if (!artifacts.includes("\n")) child.stdin.write(`${artifacts}\n`);
    },
    dismiss: async () => {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
      child.ref();
      child.stdin.end("done\n");
      await ended?.catch(() => undefined);
    },
  };
}
