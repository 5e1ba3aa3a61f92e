import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** From this file in `src/`, from a part of the built library, and from the built command line. */
const places = ["../../scripts/", "../scripts/"];

/** Returns the text of a file in `scripts/` that an administrator's script carries to a server, ending in a line feed. */
export function serverFile(path: string): string {
  const file = places
    .map((place) => fileURLToPath(new URL(place + path, import.meta.url)))
    .find((each) => existsSync(each));
  if (file === undefined) throw new Error(`scripts/${path} is missing`);
  return `${readFileSync(file, "utf8").trimEnd()}\n`;
}
