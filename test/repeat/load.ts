import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** Busy processes that take the processor from the tests. */
export interface Load {
  readonly pids: readonly number[];
  /** Ends them and waits for their end. */
  end(): Promise<void>;
}

/** Works without a pause, and ends when its standard input does: also where the process that started it was killed. */
const busy = `
process.stdin.on("end", () => process.exit()).on("error", () => process.exit()).resume();
const work = () => { for (const end = performance.now() + 50; performance.now() < end; ); setImmediate(work); };
work();
`;

/** Starts so many busy processes. */
export function startLoad(count: number): Load {
  const children: ChildProcess[] = Array.from({ length: count }, () =>
    spawn(process.execPath, ["--eval", busy], { stdio: ["pipe", "ignore", "ignore"], detached: true }),
  );
  return {
    pids: children.flatMap(({ pid }) => pid ?? []),
    end: async () => {
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const ended = once(child, "exit");
          child.kill("SIGKILL");
          await ended;
        }),
      );
    },
  };
}
