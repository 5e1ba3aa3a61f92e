import { open } from "node:fs/promises";

/** Longer lines are cut: a program's bundled source in a stack trace would bury everything else. */
const longestLine = 300;
const readBytes = 64 * 1024;

/** The last lines of a job's trace, each cut to 300 characters; none where there is no such file. */
export async function readTail(file: string, lines = 15): Promise<string[]> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return [];
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, readBytes);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const all = buffer.toString("utf8").trimEnd().split("\n").slice(-lines);
    return all.map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line));
  } finally {
    await handle.close();
  }
}
