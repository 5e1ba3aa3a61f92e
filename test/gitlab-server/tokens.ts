/** GitLab's numbers for roles. */
export const roles = { reporter: 20, developer: 30, maintainer: 40, owner: 50, nobody: 100 } as const;

/** One token that the stand-in knows, and what its user may. */
export interface ServerToken {
  readonly value: string;
  readonly kind: "personal" | "project" | "oauth" | "granular" | "job";
  readonly role: number;
  readonly scopes: readonly string[];
}

const personal = { kind: "personal", scopes: ["api"] } as const;

/** Every kind of token, on all projects. */
export const tokens = {
  maintainer: { ...personal, value: "glpat-stand-in-token", role: roles.maintainer },
  owner: { ...personal, value: "glpat-stand-in-owner", role: roles.owner },
  reader: { ...personal, value: "glpat-stand-in-reader", role: roles.maintainer, scopes: ["read_api"] },
  developer: { ...personal, value: "glpat-stand-in-developer", role: roles.developer },
  reporter: { ...personal, value: "glpat-stand-in-reporter", role: roles.reporter },
  project: { value: "glpat-stand-in-project", kind: "project", role: roles.developer, scopes: ["api"] },
  oauth: { value: "0123456789abcdef-stand-in-oauth", kind: "oauth", role: roles.developer, scopes: ["api"] },
  granular: {
    value: "glpat-stand-in-granular",
    kind: "granular",
    role: roles.developer,
    scopes: ["granular"],
  },
  // A job token is let in by a header of its own only, and may do next to nothing.
  job: { value: "glcbt-stand-in-job", kind: "job", role: roles.developer, scopes: [] },
} as const satisfies Readonly<Record<string, ServerToken>>;

/** What a job's token may write (GitLab docs, ci/jobs/ci_job_token "Job token access"). */
const ofJobs = ["POST /projects/:id/releases", "POST /projects/:id/catalog/publish"];

/** Whether a token's scopes let a request that writes through; the role of its user is another question. */
export function mayWrite({ kind, scopes }: ServerToken, route: string): boolean {
  return kind === "job" ? ofJobs.includes(route) : scopes.some((scope) => scope !== "read_api");
}

/** The token of a request: `PRIVATE-TOKEN`, `Authorization: Bearer`, `JOB-TOKEN`, or the password of `Authorization: Basic` (git). */
export function tokenOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): ServerToken | undefined {
  const authorization = String(headers.authorization ?? "");
  const basic = /^Basic (.+)$/.exec(authorization)?.[1];
  const password =
    basic &&
    Buffer.from(basic, "base64")
      .toString("utf8")
      .replace(/^[^:]*:/, "");
  const bearer = /^Bearer (.+)$/.exec(authorization)?.[1];
  const all: readonly ServerToken[] = Object.values(tokens);
  if (typeof headers["job-token"] === "string")
    return all.find(({ kind, value }) => kind === "job" && value === headers["job-token"]);
  const given = headers["private-token"] ?? bearer ?? password;
  return all.find(({ kind, value }) => value === given && (kind !== "job" || password !== undefined));
}
