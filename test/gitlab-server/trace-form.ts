/** How traces are written: `timed` is what runners do since 18.7, `plain` what older ones do. */
export type TraceForm = "timed" | "plain";

/**
 * A job's trace, which the runner wrote without times, in the form that is asked for; test/smoke/traces/runner.jsonl holds real ones.
 * Every fifth line comes in two parts where lines have times.
 */
export function traceOf(trace: string, form: TraceForm): string {
  if (form === "plain" || trace === "") return trace;
  const lines = trace.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines
    .flatMap((line, index) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a trace holds
      if (/^(?:\x1b\[0K|section_)/.test(line)) return timed(line.replaceAll("\r", "\r\n"), "00O");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a trace holds
      const inParts = index % 5 === 4 && line.length > 3 && !/[\x1b\r]/.test(line);
      return timed(inParts ? `${line.slice(0, 2)}\n${line.slice(2)}` : line, "01O");
    })
    .map((line) => `${line}\n`)
    .join("");
}

function timed(text: string, stream: string): string[] {
  return text
    .split("\n")
    .map(
      (part, index) =>
        `2026-11-28T11:23:12.${String(280_000 + index)}Z ${stream}${index === 0 ? " " : "+"}${part}`,
    );
}
