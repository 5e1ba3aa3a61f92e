/** An end that comes by itself or from outside. */
export interface Deadline {
  /** Aborted when it comes. */
  readonly signal: AbortSignal;
  /** Whether it was the time, not what is above it. */
  readonly isOver: () => boolean;
  /** Forgets the timer. */
  readonly clear: () => void;
}

/** Within other signals, and after so many seconds; 0: no time of its own. */
export function deadline(seconds: number, ...above: readonly AbortSignal[]): Deadline {
  const own = new AbortController();
  const timer =
    seconds > 0 ? setTimeout(() => own.abort(), Math.min(seconds * 1000, 2 ** 31 - 1)) : undefined;
  return {
    signal: AbortSignal.any([own.signal, ...above]),
    isOver: () => own.signal.aborted,
    clear: () => clearTimeout(timer),
  };
}

/**
 * Seconds in a text such as `1h 30m` or `2s`, in the form of Go's `time.ParseDuration`; undefined where it is none.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^([+-]?)((?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.exec(text);
  if (!match) return /^[+-]?0$/.test(text) ? 0 : undefined;
  let seconds = 0;
  for (const [, number = "", unit = ""] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    seconds += Number(number) * (unitSeconds[unit] ?? 0);
  }
  return text.startsWith("-") ? -seconds : seconds;
}

const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};
