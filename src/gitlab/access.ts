import { readFile } from "node:fs/promises";
import { UsageError } from "../base/usage-error.ts";

/** Where GitLab is, and what lets us in. */
export interface Access {
  /** The instance's address without a slash at the end, a sub-path kept: `https://example.com/gitlab`. */
  readonly address: string;
  readonly token: string;
  /** Files of certificate authorities that are trusted beside the usual ones, in PEM form. */
  readonly authorityFiles: readonly string[];
  readonly proxy: { readonly http?: string; readonly https?: string; readonly except?: string };
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the access from the environment: `GITLAB_URL` (or `CI_SERVER_URL`, which a CI job has), `GITLAB_TOKEN`,
 * `GITLAB_CA_FILE` (or `CI_SERVER_TLS_CA_FILE`, which a runner sets), `NODE_EXTRA_CA_CERTS`, `https_proxy`,
 * `http_proxy`, `no_proxy` and their upper-case forms.
 *
 * @throws UsageError with one line that says what to set
 */
export function readAccess(env: Environment): Access {
  const token = env.GITLAB_TOKEN?.trim() ?? "";
  if (token === "") {
    throw new UsageError(
      "no GitLab token: set GITLAB_TOKEN to an access token with the scope api (and GITLAB_URL, for an instance other than https://gitlab.com)",
    );
  }
  if (/[^\x21-\x7e]/.test(token))
    throw new UsageError("GITLAB_TOKEN has white space or odd characters in it; set it to the bare token");
  const kind =
    otherTokens.find(([prefix]) => token.startsWith(prefix))?.[1] ??
    (token === env.CI_JOB_TOKEN ? otherTokens[0][1] : undefined);
  if (kind !== undefined)
    throw new UsageError(
      `GITLAB_TOKEN holds ${kind}, which GitLab's API does not let in here: set it to a project or personal access token with the scope api`,
    );
  return {
    address: readAddress(env.GITLAB_URL || env.CI_SERVER_URL || "https://gitlab.com"),
    token,
    ...readNetwork(env),
  };
}

/** Tokens for other purposes, by what they begin with (GitLab docs, security/tokens "Token prefixes"). */
const otherTokens = [
  ["glcbt-", "a job token"],
  ["gldt-", "a deploy token"],
  ["glrt-", "a runner's token"],
  ["glrtr-", "a runner's registration token"],
  ["glptt-", "a trigger token"],
  ["glft-", "a feed token"],
] as const;

/** The part of the access that any address on the web is reached with. */
export function readNetwork(env: Environment): Pick<Access, "authorityFiles" | "proxy"> {
  return {
    authorityFiles: [env.GITLAB_CA_FILE || env.CI_SERVER_TLS_CA_FILE, env.NODE_EXTRA_CA_CERTS].filter(
      (each): each is string => each !== undefined && each !== "",
    ),
    proxy: {
      ...present("http", env.http_proxy ?? env.HTTP_PROXY),
      ...present("https", env.https_proxy ?? env.HTTPS_PROXY),
      ...present("except", env.no_proxy ?? env.NO_PROXY),
    },
  };
}

/**
 * The certificate authorities of `files`, as PEM texts.
 *
 * @throws UsageError where a file cannot be read or holds no certificate
 */
export async function readAuthorities(files: readonly string[]): Promise<string[]> {
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        throw new UsageError(
          `cannot read the certificate authority file "${file}" (${error.code ?? error.message})`,
        );
      });
      if (!text.includes("-----BEGIN CERTIFICATE-----")) {
        throw new UsageError(`the certificate authority file "${file}" holds no certificate in PEM form`);
      }
      return text;
    }),
  );
}

function readAddress(text: string): string {
  const address = parse(withScheme(text));
  if (address === null || !/^https?:$/.test(address.protocol)) {
    throw new UsageError(
      `GITLAB_URL is "${text.replace(/\/\/[^/@]*@/, "//")}"; it must be an address like https://gitlab.example.com`,
    );
  }
  if (address.username !== "" || address.password !== "") {
    throw new UsageError("GITLAB_URL has a user or password in it; give the token in GITLAB_TOKEN instead");
  }
  return `${address.origin}${address.pathname.replace(/\/+$/, "").replace(/\/api(\/v4)?$/, "")}`;
}

function withScheme(text: string): string {
  return /^[a-z]+:\/\//i.test(text.trim()) ? text.trim() : `https://${text.trim()}`;
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function present<Key extends string>(key: Key, value: string | undefined): { [key in Key]?: string } {
  return value === undefined || value === "" ? {} : ({ [key]: value } as { [key in Key]?: string });
}
