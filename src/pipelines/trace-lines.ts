/** One line of a job's log as GitLab's job page shows it. */
export interface TraceLine {
  readonly text: string;
  /** When it began, as the runner wrote it; absent in traces without times. */
  readonly time?: string;
  /** `01O`: number of the stream (00: the runner's own) and its kind, output or error. */
  readonly stream?: string;
}

/**
 * What a runner writes before each line by default since 18.7: time, stream, and `+` where the line goes on from the stream's line
 * before (docs, runner/configuration/feature-flags `FF_TIMESTAMPS`; test/smoke/traces holds real ones).
 */
const mark = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) ([0-9a-f]{2}[OE])([ +])/;

/** Begins and ends a foldable section (docs, ci/jobs/job_logs "Custom collapsible sections"). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a trace holds
const section = /section_(?:start|end):\d+:[A-Za-z0-9_.-]+(?:\[[^\]\r\n]*\])?\r(?:\x1b\[0K)?/g;

/** Colours and other commands to a terminal, also one that the end of the text cuts in two: the forms that GitLab takes off. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a trace holds
const command = /\x1b(?:[@-_].*?[@-~]|[@-_][^@-~]*$|$)/g;

/**
 * Reads a whole trace: what a person reads on GitLab's job page, whatever the runner's version, and whether it came live or archived.
 * Times, stream marks, section marks and colours are taken off, continued lines are joined, and of a line with carriage returns the
 * last state remains.
 */
export function readTrace(trace: string): TraceLine[] {
  const lines: { text: string; time?: string; stream?: string }[] = [];
  const last = new Map<string, { text: string }>();
  for (const raw of splitLines(trace)) {
    const [whole = "", time, stream = "", kind] = mark.exec(raw) ?? [];
    const text = raw.slice(whole.length);
    const begun = kind === "+" ? last.get(stream) : undefined;
    if (begun) {
      begun.text += text;
      continue;
    }
    const line = { text, ...(time !== undefined && { time, stream }) };
    last.set(stream, line);
    lines.push(line);
  }
  return lines.flatMap((line) => visible(line.text).map((text) => ({ ...line, text })));
}

/** The same as one text, with an end of line after each. */
export function textOfTrace(trace: string): string {
  return readTrace(trace)
    .map(({ text }) => `${text}\n`)
    .join("");
}

function splitLines(trace: string): string[] {
  const lines = trace.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** A section's mark ends what comes before it. A line that held nothing but marks is none. */
function visible(line: string): string[] {
  const parts = line.split(section);
  const shown = parts.map((part) => {
    const text = part.replace(command, "").replace(/\r+$/, "");
    return text.slice(text.lastIndexOf("\r") + 1);
  });
  return parts.length === 1 ? shown : shown.filter((text) => text !== "");
}
