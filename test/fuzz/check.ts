import { fromJson, loadYaml, Source, toJson, toYamlText, YamlError } from "../../src/engine/yaml/index.ts";
import { expandComponent, expandPipeline } from "../../src/index.ts";

/** What must hold for every text whatsoever. Throws with the reason when it does not. */
export function checkDocument(text: string): void {
  checkComponent(text);
  const expansion = expandPipeline(text, { files: { "a.yml": "included: {script: echo}" } });
  if (!expansion.valid && expansion.errors.length === 0)
    throw new Error("a pipeline is refused without a message");
  checkRoundTrip(text);
}

function checkComponent(text: string): void {
  const { valid, errors, diagnostics, config } = expandComponent(text, { inputs: { x: "v", a: [1] } });
  if (valid !== (config !== undefined)) throw new Error("valid and config disagree");
  if (valid !== (errors.length === 0)) throw new Error("valid and errors disagree");
  const lines = text.split("\n").length;
  for (const { message, place } of diagnostics) {
    if (message.trim() === "") throw new Error("a message is empty");
    if (place !== undefined && (place.line < 1 || place.line > lines + 1 || place.column < 1)) {
      throw new Error(`a place is outside of the text: ${JSON.stringify(place)}`);
    }
  }
}

/** What is written as YAML loads to the same values. */
function checkRoundTrip(text: string): void {
  let tree: unknown;
  try {
    const { value } = loadYaml(new Source("a.yml", text));
    tree = toJson(value);
  } catch (error) {
    if (error instanceof YamlError) return;
    throw error;
  }
  const size = JSON.stringify(tree)?.length ?? 0;
  if (
    size > 50_000 ||
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufeff\ufffe\uffff]/u.test(JSON.stringify(tree).replaceAll("\\n", ""))
  )
    return;
  const written = toYamlText(fromJson(tree));
  const again = JSON.stringify(toJson(loadYaml(new Source("b.yml", written)).value));
  if (again !== JSON.stringify(toJson(fromJson(tree))))
    throw new Error(`written text means something else:\n${written}`);
}
