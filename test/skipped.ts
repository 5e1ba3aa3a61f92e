declare module "vitest" {
  interface TaskMeta {
    /** Why this test is skipped: shown at the end of the run (test/closing-line.ts). */
    skippedBecause?: string;
  }
}

/** Options for `describe` or `it`: skipped where there is a reason (not ""), which the end of the run then shows. */
export function skippedWhere(reason: string) {
  return reason === "" ? {} : { skip: true, meta: { skippedBecause: reason } };
}
