import { resolve } from "node:path";
import { watch as watchFiles } from "chokidar";
import { UsageError } from "../../base/usage-error.ts";
import type { ExitCode, Surroundings } from "../command.ts";

/** An editor writes in several steps; this many milliseconds of rest make one change of them. */
const REST = 100;

/** Runs `once` now and after every change of the paths, until Ctrl-C. Returns the last exit code. */
export async function watch(
  watched: readonly string[],
  once: () => Promise<ExitCode>,
  { cwd, signal, stderr }: Surroundings,
): Promise<ExitCode> {
  const watcher = watchFiles(
    watched.map((path) => resolve(cwd, path)),
    {
      ignoreInitial: true,
      ignored: /(?:^|\/)(?:\.git|node_modules)(?:\/|$)|\.berth-\d+$/,
    },
  );
  let code: ExitCode = 0;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const run = async () => {
    try {
      code = await once();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      stderr.write(`berth: ${error.message}\n`);
      code = 2;
    }
    stderr.write("berth: watching; Ctrl-C ends\n");
  };
  return new Promise((done, fail) => {
    const again = () => {
      running = running.then(run).catch(fail);
    };
    watcher.on("all", () => {
      clearTimeout(timer);
      timer = setTimeout(again, REST);
    });
    watcher.once("ready", again);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      void watcher.close().then(() => done(code));
    });
  });
}
