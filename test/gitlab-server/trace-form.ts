/** How traces are written: `timed` is what runners do since 18.7, `plain` what older ones do. */
export type TraceForm = "timed" | "plain";

const start = 1_795_864_989;

/**
 * A job's output in the form of GitLab Runner, between the sections that it writes itself; test/smoke/traces/runner.jsonl holds real
 * ones. Every fifth line comes in two parts where lines have times.
 */
export function traceOf(output: string, form: TraceForm, verdict: string): string {
  const lines = output.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const head = [
    "\x1b[0KRunning with gitlab-runner 18.9.0 (00000000)\x1b[0;m",
    `section_start:${start}:prepare_executor\r\x1b[0K\x1b[0K\x1b[36;1mPreparing the "shell" executor\x1b[0;m\x1b[0;m`,
    "\x1b[0KUsing Shell (bash) executor...\x1b[0;m",
    `section_end:${start}:prepare_executor\r\x1b[0Ksection_start:${start}:step_script\r\x1b[0K\x1b[0K\x1b[36;1mExecuting "step_script" stage of the job script\x1b[0;m\x1b[0;m`,
  ];
  if (output === "" && verdict === "") return "";
  const end = verdict === "" ? "" : `section_end:${start}:step_script\r\x1b[0K${verdict}`;
  if (form === "plain")
    return [...head, ...lines, ...(end === "" ? [] : [end])].map((each) => `${each}\n`).join("");
  const runner = head.flatMap((line) => timed(line.replaceAll("\r", "\r\n"), "00O"));
  const job = lines.flatMap((line, index) =>
    index % 5 === 4 && line.length > 3
      ? timed(`${line.slice(0, 2)}\n${line.slice(2)}`, "01O")
      : timed(line, "01O"),
  );
  return [...runner, ...job, ...(end === "" ? [] : timed(end.replaceAll("\r", "\r\n"), "00O"))]
    .map((each) => `${each}\n`)
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
