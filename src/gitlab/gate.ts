import { setTimeout as sleep } from "node:timers/promises";

/**
 * Lets a bounded number of requests pass at once, no faster than a given pace, and none while GitLab has asked for
 * silence (429, or a used-up `RateLimit-Remaining`): a rate limit counts per user, so one request's pause is everyone's.
 */
export class Gate {
  private readonly concurrency: number;
  private readonly spacing: number;
  private readonly waiting: (() => void)[] = [];
  private passing = 0;
  private nextStart = 0;
  private closedUntil = 0;

  /** `concurrency`: requests at once; `perSecond`: how many may start in a second. */
  constructor(concurrency: number, perSecond: number) {
    this.concurrency = concurrency;
    this.spacing = 1000 / perSecond;
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
    this.closedUntil = Math.max(this.closedUntil, Date.now() + milliseconds);
  }

  private async enter(): Promise<void> {
    while (this.passing >= this.concurrency) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.passing += 1;
  }

  private async waitForTurn(signal: AbortSignal | undefined): Promise<void> {
    const start = Math.max(Date.now(), this.nextStart, this.closedUntil);
    this.nextStart = start + this.spacing;
    for (let left = start - Date.now(); left > 0; left = this.closedUntil - Date.now()) {
      await sleep(left, undefined, signal ? { signal } : {});
    }
  }
}
