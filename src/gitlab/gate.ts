import { setTimeout as sleep } from "node:timers/promises";

/** What a gate waits by; a test gives its own. */
export interface GateClock {
  /** Milliseconds since some moment. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

const wallClock: GateClock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, signal ? { signal } : {}),
};

/** So many seconds' requests may start at once after a pause: GitLab counts its limits by the minute. */
const ahead = 2;

/**
 * Lets a bounded number of requests pass at once, on the average no faster than a given pace, and none while GitLab has asked for
 * silence (429, or a used-up `RateLimit-Remaining`): a rate limit counts per user, so one request's pause is everyone's. Who
 * has asked for nothing for a while, as a run that begins, has two seconds' requests free; after a silence there are none.
 */
export class Gate {
  private readonly concurrency: number;
  private readonly spacing: number;
  private readonly clock: GateClock;
  private readonly waiting: (() => void)[] = [];
  private passing = 0;
  /** When the next request would start if each had kept its distance. */
  private steadyStart = Number.NEGATIVE_INFINITY;
  private closedUntil = Number.NEGATIVE_INFINITY;

  /** `concurrency`: requests at once; `perSecond`: how many may start in a second, on the average. */
  constructor(concurrency: number, perSecond: number, clock: GateClock = wallClock) {
    this.concurrency = concurrency;
    this.spacing = 1000 / perSecond;
    this.clock = clock;
  }

  /** Runs `work` when its turn comes. Rejects with the signal's reason where it is aborted while waiting. */
  async pass<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      await this.waitForTurn(signal);
      return await work();
    } finally {
      this.passing -= 1;
      this.waiting.shift()?.();
    }
  }

  /** Holds back every request that has not started for so many milliseconds. */
  closeFor(milliseconds: number): void {
    this.closedUntil = Math.max(this.closedUntil, this.clock.now() + milliseconds);
    this.steadyStart = Math.max(this.steadyStart, this.closedUntil + this.free);
  }

  private async enter(): Promise<void> {
    while (this.passing >= this.concurrency) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.passing += 1;
  }

  private async waitForTurn(signal: AbortSignal | undefined): Promise<void> {
    const now = this.clock.now();
    const start = Math.max(now, this.steadyStart - this.free, this.closedUntil);
    this.steadyStart = Math.max(this.steadyStart, start) + this.spacing;
    for (let left = start - now; left > 0; left = this.closedUntil - this.clock.now())
      await this.clock.sleep(left, signal);
  }

  /** How far requests may be ahead of the steady pace, in milliseconds. */
  private get free(): number {
    return Math.max(0, ahead * 1000 - this.spacing);
  }
}
