import type { Answer } from "./routes/index.ts";

/** What may go wrong with one request. `before`: nothing was carried out; `after`: it was, and its answer is lost. */
export type Fault =
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** Carried out and answered when something else has happened. */
  | { readonly kind: "wait"; readonly until: Promise<unknown> }
  | { readonly kind: "limit"; readonly seconds: number }
  | { readonly kind: "error"; readonly status: number; readonly when: "before" | "after" }
  | { readonly kind: "reset"; readonly when: "before" | "after" }
  | { readonly kind: "cut" }
  /** Answered so, and not carried out. */
  | { readonly kind: "answer"; readonly answer: Answer }
  /** Carried out, and answered otherwise. */
  | { readonly kind: "change"; readonly change: (answer: Answer) => Answer }
  | { readonly kind: "hang" };

/** Decides for each request, in its turn, whether something goes wrong. */
export type FaultPlan = (request: { method: string; path: string; count: number }) => Fault | undefined;

/**
 * Random faults, the same for the same seed. `share`: how many of 1,000 requests are hit; `kinds`: which faults occur.
 */
export function seededFaults(seed: number, share: number, kinds: readonly Fault[] = everyday): FaultPlan {
  const next = generator(seed);
  return () => (next() * 1000 < share ? kinds[Math.floor(next() * kinds.length)] : undefined);
}

/** Faults that a client should live through. */
export const everyday: readonly Fault[] = [
  { kind: "delay", milliseconds: 30 },
  { kind: "limit", seconds: 0 },
  { kind: "error", status: 502, when: "before" },
  { kind: "error", status: 500, when: "after" },
  { kind: "error", status: 503, when: "before" },
  { kind: "reset", when: "before" },
  { kind: "reset", when: "after" },
  { kind: "cut" },
];

/** Mulberry32: a small generator of numbers from 0 to 1. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
