import type { OutputStream } from "../command.ts";

/** Tells on a terminal how many answers a server has given, once that takes longer than a second. */
export function startProgress(stderr: OutputStream, host: string) {
  const shownFrom = Date.now() + 1000;
  let answers = 0;
  let shown = false;
  return {
    step: () => {
      answers++;
      if (!stderr.isTTY || Date.now() < shownFrom) return;
      shown = true;
      stderr.write(`\rreading from ${host}: ${answers} answers`);
    },
    end: () => void (shown && stderr.write("\r\u001b[K")),
  };
}
