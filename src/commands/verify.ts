import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { Repository } from "../git/repository.ts";
import { type TagSignature, tagSignature } from "../git/tag-signature.ts";
import { type VerifiedTemplate, verifyTemplates } from "../release/verify.ts";
import type { CommandModule, ExitCode, Surroundings } from "./command.ts";

interface Options {
  readonly signers?: string;
  readonly json?: boolean;
}

/** `berth verify`: whether the templates of a tag are what its scripts make. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  program
    .description(
      "Makes the marked regions of a tag's templates anew from the scripts of the same tag, and compares. Nothing of the tag is run.",
    )
    .argument("<tag>", "the tag, in the clone of the component project where berth verify runs")
    .option(
      "--signers <file>",
      "also demand that the tag is signed by one of these (allowed signers of ssh-keygen; OpenPGP: your own keys)",
    )
    .option("--json", "print the result as JSON")
    .addHelpText("after", help)
    .action(async (tag: string, options: Options) => finish(await verify(tag, options, surroundings)));
};

const help = `
Exit code: 0 every template is as its scripts make it (and the tag is signed, with --signers), 1 one is not, 2 could not run.

Examples:
  git clone https://gitlab.example.com/your-group/berth.git && cd berth
  berth verify 1.3.0
  berth verify 1.3.0 --signers allowed_signers`;

async function verify(tag: string, options: Options, surroundings: Surroundings): Promise<ExitCode> {
  const { cwd, stdout } = surroundings;
  const signers = options.signers === undefined ? undefined : resolve(cwd, options.signers);
  if (signers !== undefined && !existsSync(signers))
    throw new UsageError(`--signers ${options.signers}: there is no such file`);
  const repository = new Repository(cwd);
  const known = await repository.tags().catch(() => {
    throw new UsageError(`"${cwd}" is not in a git repository: berth verify reads the tag from a clone`);
  });
  const commit = known.find(({ name }) => name === tag)?.commit;
  if (commit === undefined) throw new UsageError(`there is no tag "${tag}" in this clone; git fetch --tags?`);
  const templates = verifyTemplates(await repository.texts(commit));
  if (templates.length === 0) throw new UsageError(`there is no template in templates/ at ${tag}`);
  const signature = await tagSignature(cwd, tag, signers);
  const result = { tag, commit, signature, templates };
  if (options.json) stdout.write(`${JSON.stringify({ version: 1, ...result }, undefined, 2)}\n`);
  else stdout.write(render(result, signers !== undefined));
  const signed = signers === undefined || signature.state === "good";
  return signed && templates.every(({ differsAt }) => differsAt === undefined) ? 0 : 1;
}

interface Result {
  readonly tag: string;
  readonly commit: string;
  readonly signature: TagSignature;
  readonly templates: readonly VerifiedTemplate[];
}

function render({ tag, commit, signature, templates }: Result, demanded: boolean): string {
  const differing = templates.filter(({ differsAt }) => differsAt !== undefined);
  const embedded = templates.filter(({ scripts }) => scripts.length > 0);
  const scripts = new Set(embedded.flatMap((each) => each.scripts));
  const lines = [
    `tag ${tag}, commit ${commit}`,
    `signature: ${wordsOf(signature, demanded)}`,
    ...templates.map(({ file, sha256, scripts: of }) => {
      return `${file}: sha256 ${sha256}${of.length === 0 ? ", without scripts" : ""}`;
    }),
    ...templates.flatMap(({ file, own }) =>
      own.map((each) => `${file}: from no script: ${JSON.stringify(each)}`),
    ),
    ...differing.map(
      ({ file, differsAt }) =>
        `${file}:${differsAt}: not what the scripts of ${tag} make; differs here first`,
    ),
    differing.length > 0
      ? `${differing.length} of ${templates.length} templates differ; where the project used another version of berth at ${tag}, verify with that one`
      : `${embedded.length} templates are what the ${scripts.size} scripts of ${tag} make, line by line`,
  ];
  return `${lines.join("\n")}\n`;
}

function wordsOf(signature: TagSignature, demanded: boolean): string {
  if (signature.state === "none") return demanded ? "none, and one is demanded (--signers)" : "none";
  if (signature.state === "unchecked") return `${signature.kind}, not checked (--signers FILE checks it)`;
  return `${signature.kind}, ${signature.state === "good" ? "good" : "not good"}: ${signature.said}`;
}
