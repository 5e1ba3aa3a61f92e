import { setTimeout as sleep } from "node:timers/promises";

/** Turns with a pause between them, for everyone who shares the pace: following pipelines stays within a bound, however many there are. */
export class Pace {
  private readonly spacing: number;
  private next = 0;

  /** `spacing`: milliseconds from one turn to the next. */
  constructor(spacing: number) {
    this.spacing = spacing;
  }

  /** Waits for a turn; returns at once when the signal is aborted. */
  async turn(signal: AbortSignal): Promise<void> {
    const start = Math.max(Date.now(), this.next);
    this.next = start + this.spacing;
    await sleep(start - Date.now(), undefined, { signal }).catch(() => undefined);
  }
}
