import { describe, expect, it } from "vitest";
import { Gate } from "../../src/gitlab/gate.ts";

/** A clock that stands still but for what is slept: all sleepers wake in the order of their times. */
function madeUpClock() {
  let now = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (milliseconds: number) =>
      new Promise<void>((wake) => sleepers.push({ at: now + milliseconds, wake })),
    /** Lets time pass until nobody sleeps any more. */
    run: async () => {
      for (;;) {
        for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
        const next = sleepers.sort((one, other) => one.at - other.at).shift();
        if (!next) return;
        now = next.at;
        next.wake();
      }
    },
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

/** When each of so many requests starts, in milliseconds. */
async function starts(gate: Gate, clock: ReturnType<typeof madeUpClock>, count: number): Promise<number[]> {
  const times: number[] = [];
  const all = Array.from({ length: count }, () =>
    gate.pass(undefined, async () => void times.push(clock.now())),
  );
  await clock.run();
  await Promise.all(all);
  return times;
}

describe("the gate", () => {
  it("lets a run begin without waiting: two seconds' requests, and then one every tenth", async () => {
    const clock = madeUpClock();
    const times = await starts(new Gate(4, 10, clock), clock, 24);
    expect(times.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 0));
    expect(times.slice(20)).toEqual([100, 200, 300, 400]);
  });

  it.each([
    10, 6, 0.5,
  ])("keeps to its pace of %d a second in every minute, and two seconds' more", async (pace) => {
    const clock = madeUpClock();
    const times = await starts(new Gate(4, pace, clock), clock, 200);
    for (const begin of times) {
      const inMinute = times.filter((each) => each >= begin && each < begin + 60_000).length;
      expect(inMinute).toBeLessThanOrEqual(62 * pace + 1);
    }
  });

  it("has them free again after a pause, and no more than that", async () => {
    const clock = madeUpClock();
    const gate = new Gate(4, 10, clock);
    await starts(gate, clock, 30);
    clock.pass(600_000);
    const begin = clock.now();
    const times = (await starts(gate, clock, 22)).map((each) => each - begin);
    expect(times.filter((each) => each === 0)).toHaveLength(20);
    expect(times.slice(20)).toEqual([100, 200]);
  });

  it("starts nothing while GitLab wants silence, and one by one afterwards", async () => {
    const clock = madeUpClock();
    const gate = new Gate(4, 10, clock);
    gate.closeFor(5_000);
    expect(await starts(gate, clock, 4)).toEqual([5_000, 5_100, 5_200, 5_300]);
  });
});
