import type { ComponentUse, UpgradeVerdict } from "./use.ts";

/** How one include stands against the released versions. */
export interface Pin extends UpgradeVerdict {
  readonly use: ComponentUse;
  /** The newest release, and the newest that takes this file's inputs and changes nothing else that breaks. */
  readonly newest: string | undefined;
  readonly safest: string | undefined;
  readonly state: "current" | "outdated" | "moving" | "unknown";
  /** The version that the pin is: that of its commit, where a commit is pinned. */
  readonly version: string | undefined;
  /** The commit of `safest`, where commits are asked for. */
  readonly commit: string | undefined;
  /** The version that the comment beside a pinned commit tells, where that is another one. */
  readonly wronglySaid: string | undefined;
}
