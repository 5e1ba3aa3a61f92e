import type { PipelineEvent } from "../../pipelines/result.ts";
import type { ScenarioRunOptions } from "../../smoke/run-scenarios.ts";
import type { Surroundings } from "../command.ts";

/** Progress on stderr: one line that is written again and again on a terminal, and lines for what stays. */
export interface Progress {
  readonly listeners: Pick<ScenarioRunOptions, "onStart" | "onEvent" | "onEnd">;
  /** A line that stays: something is installed, kept, left out. */
  say(line: string): void;
  end(): void;
}

/** Whether somebody looks on at a terminal. */
export function isWatched({ stderr, env }: Surroundings): boolean {
  return stderr.isTTY === true && env.TERM !== "dumb";
}

export function showProgress(
  total: number,
  { quiet = false, verbose = false }: { readonly quiet?: boolean; readonly verbose?: boolean },
  surroundings: Surroundings,
): Progress {
  const { stderr } = surroundings;
  const terminal = isWatched(surroundings) && !quiet;
  const running = new Map<string, string>();
  let done = 0;
  const clear = () => terminal && stderr.write("\r\x1b[2K");
  const draw = () => {
    if (!terminal) return;
    const jobs = [...running].map(([name, job]) => (job === "" ? name : `${name}: ${job}`));
    stderr.write(`\r\x1b[2K${`${done}/${total} ${jobs.join("  ")}`.slice(0, (stderr.columns ?? 80) - 1)}`);
  };
  const say = (line: string) => {
    clear();
    if (!quiet) stderr.write(`${line}\n`);
    draw();
  };
  return {
    listeners: {
      onStart: ({ name }) => {
        running.set(name, "");
        draw();
      },
      onEvent: ({ name }, event: PipelineEvent) => {
        if (event.kind === "job-started") running.set(name, event.job);
        if (event.kind === "note") say(`${name}: ${event.text}`);
        if (event.kind === "job-line") {
          if (verbose) say(`${name} ${event.job} | ${event.line}`);
          else if (event.line.trim() !== "") running.set(name, `${event.job} | ${event.line.trim()}`);
        }
        draw();
      },
      onEnd: ({ name }, report) => {
        running.delete(name);
        done += 1;
        if (terminal || verbose) say(`${report.state} ${name} (${report.seconds.toFixed(1)} s)`);
      },
    },
    say,
    end: clear,
  };
}
