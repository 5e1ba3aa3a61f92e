/** What a story has at hand while it is told. */
export interface Tour {
  /** Aborted by Ctrl-C (SIGINT) or SIGTERM. */
  readonly signal: AbortSignal;
  /** Says one line of progress or talk, on standard error. */
  say(line: string): void;
  /** Prints results, on standard output. */
  print(text: string): void;
  /** Notes what the story has shown so far; printed at its end. */
  prove(claim: string): void;
  /** Taken down in reverse order, whatever happens. */
  cleanUpWith(cleanup: () => Promise<unknown>): void;
}

/** The story claims something that is not so. */
export class NotProved extends Error {}

/** @throws NotProved with the reason `otherwise` where `condition` is false. */
export function require(condition: boolean, otherwise: string): void {
  if (!condition) throw new NotProved(otherwise);
}

/** What {@link tell} may touch of the outside world. */
export interface Outside {
  readonly signal: AbortSignal;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/**
 * Tells a story and cleans up after it. Returns the exit code: 0 when everything was proved, 1 when something was not, 2 when the story
 * could not go on. What ended it is said in one line.
 */
export async function tell(
  story: (tour: Tour) => Promise<void>,
  { signal, stdout, stderr }: Outside,
): Promise<0 | 1 | 2> {
  const started = performance.now();
  const proved: string[] = [];
  const cleanups: (() => Promise<unknown>)[] = [];
  const say = (line: string) => void stderr.write(`${line}\n`);
  const tour: Tour = {
    signal,
    say,
    print: (text) => void stdout.write(text),
    prove: (claim) => proved.push(claim),
    cleanUpWith: (cleanup) => cleanups.push(cleanup),
  };
  try {
    await story(tour);
    signal.throwIfAborted();
    const seconds = Math.round((performance.now() - started) / 1000);
    tour.print(`\nProved in ${seconds} s:\n${proved.map((each) => `  ✓ ${each}\n`).join("")}`);
    return 0;
  } catch (error) {
    // What breaks off after Ctrl-C breaks off because of it.
    const reason = signal.aborted ? "interrupted" : messageOf(error);
    say(`the tour ends here: ${reason}`);
    return error instanceof NotProved && !signal.aborted ? 1 : 2;
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup().catch((error) => say(messageOf(error)));
  }
}

/** In one line. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .trim()
    .split(/\s*\n\s*/)
    .join("; ");
}
