/** One line of the record that each transaction leaves on its server (`.deploy/log`): what was put live, or was not. */
export interface RecordedDeployment {
  /** The end, UTC: `2026-11-23T09:45:12Z`. */
  readonly ended: string;
  readonly action: "deploy" | "rollback";
  /** `live`; `switched-back` (it was live, and was taken back); `failed` (before the switch, or going back failed too); `refused` (another one was under way). */
  readonly outcome: string;
  readonly release: string;
  readonly version: string;
  /** The release that was live when it began; empty for the first. */
  readonly before: string;
  readonly seconds: number;
  /** Pipeline, job and person, as the job said them. */
  readonly by: string;
  /** Why it is not live; empty where it is. */
  readonly cause: string;
}

/**
 * Reads the record's text. Returns the newest deployments first, and how many lines could not be read: a power loss may
 * cut the last one short.
 */
export function parseDeploymentRecord(text: string): {
  deployments: RecordedDeployment[];
  unreadable: number;
} {
  const lines = text.split("\n").filter((line) => line !== "");
  const deployments = lines.flatMap((line) => parseLine(line) ?? []).toReversed();
  return { deployments, unreadable: lines.length - deployments.length };
}

/** scripts/host/run.sh writes it: `record`. */
function parseLine(line: string): RecordedDeployment | undefined {
  const columns = line.split("\t");
  const [ended = "", action, outcome = "", release = "", version = "", before = "", took = "", by = ""] =
    columns;
  const seconds = /^(\d+) s$/.exec(took)?.[1];
  if (columns.length !== 9 || seconds === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(ended))
    return undefined;
  if (action !== "deploy" && action !== "rollback") return undefined;
  return {
    ended,
    action,
    outcome,
    release,
    version,
    before,
    seconds: Number(seconds),
    by,
    cause: columns[8] ?? "",
  };
}
