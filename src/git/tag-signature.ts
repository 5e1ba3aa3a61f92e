import { execFile } from "node:child_process";

/** What is known of a tag's signature. */
export type TagSignature =
  /** No signature: a lightweight tag, or an annotated one without. */
  | { readonly state: "none" }
  /** A signature that was not checked. */
  | { readonly state: "unchecked"; readonly kind: SignatureKind }
  /** git took it, or not: `said` is git's own line. */
  | { readonly state: "good" | "bad"; readonly kind: SignatureKind; readonly said: string };

export type SignatureKind = "SSH" | "OpenPGP" | "X.509";

const kinds: readonly (readonly [string, SignatureKind])[] = [
  ["-----BEGIN SSH SIGNATURE-----", "SSH"],
  ["-----BEGIN PGP SIGNATURE-----", "OpenPGP"],
  ["-----BEGIN SIGNED MESSAGE-----", "X.509"],
];

/**
 * What is known of a tag's signature.
 * @param signers a file of allowed signers for SSH signatures (ssh-keygen, "ALLOWED SIGNERS"); with it the signature is checked, one of
 * OpenPGP or X.509 against the user's own keys
 */
export async function tagSignature(folder: string, tag: string, signers?: string): Promise<TagSignature> {
  const object = await git(folder, ["cat-file", "tag", `refs/tags/${tag}`]);
  const kind = kinds.find(([begin]) => object.stdout.split("\n").includes(begin))?.[1];
  if (!object.fine || kind === undefined) return { state: "none" };
  if (signers === undefined) return { state: "unchecked", kind };
  const settings = ["-c", `gpg.ssh.allowedSignersFile=${signers}`];
  const { fine, stdout, stderr } = await git(folder, [...settings, "verify-tag", `refs/tags/${tag}`]);
  const said = `${stdout}\n${stderr}`.split("\n").find((line) => line.trim() !== "") ?? "git says nothing";
  return { state: fine ? "good" : "bad", kind, said: said.trim() };
}

function git(
  cwd: string,
  args: readonly string[],
): Promise<{ readonly fine: boolean; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, LC_ALL: "C" }, maxBuffer: 16 * 1024 * 1024 };
    execFile("git", ["--no-pager", ...args], options, (error, stdout, stderr) =>
      resolve({ fine: error === null, stdout, stderr }),
    );
  });
}
