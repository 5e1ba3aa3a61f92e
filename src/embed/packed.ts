import { gzipSync, strToU8 } from "fflate";

/** In characters, as base64 of coreutils breaks lines. */
const width = 76;

/**
 * The text with a line feed at its end, by gzip and base64: what `base64 -d | gzip -dc` gives back. The same bytes on every machine
 * and version of Node: the packer is JavaScript, and no time is written.
 */
export function packed(text: string): string {
  const bytes = gzipSync(strToU8(`${text}\n`), { level: 9, mtime: 0 });
  return Buffer.from(bytes)
    .toString("base64")
    .replace(new RegExp(`.{${width}}(?=.)`, "g"), "$&\n");
}
