import type { EventName, InputValues, Judged, Verdict } from "../src/catalog/judge.ts";
import type { ChangeTable } from "../src/catalog/releases.ts";

/** What the scripts of a page leave for each other. */
declare global {
  var berthComponent: { readonly outline: Judged; readonly stages: readonly string[] };
  var berthEngine: { judge(component: Judged, inputs: InputValues, event: EventName): Verdict };
  var berthChanges: ChangeTable;
  var berthScript: { readonly number: number; readonly script: string };
}
