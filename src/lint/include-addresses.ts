import type { Code } from "../engine/problem/index.ts";
import type { Include } from "./includes.ts";

/** What is wrong with the way in which an include names its file. */
export interface AddressFault {
  readonly message: string;
  readonly hint: string;
  /** What GitLab says of it; undefined where it only finds nothing. */
  readonly code?: Code;
  /** True where another reading of the address is possible. */
  readonly isUnsure?: boolean;
}

/** What an include's address lacks, or has too much; undefined for a complete one. Blocks and variables may stand for anything. */
export function faultOfAddress({ kind, value }: Include): AddressFault | undefined {
  if (kind === "component") {
    const fault = faultOfForm(value);
    return fault ? { ...fault, code: "component-address-unsupported" } : faultOfName(value);
  }
  if (kind !== "project" || !/^(?:https?:\/\/|git@)|\.git$/.test(value)) return undefined;
  const path = value.replace(/^(?:https?:\/\/|git@)[^/:]+[/:]/, "").replace(/\.git$/, "");
  return { message: `"${value}" is an address, not a project's path`, hint: `write ${path}` };
}

/** What GitLab refuses without looking anywhere. */
function faultOfForm(address: string): AddressFault | undefined {
  const scheme = /^(?:https?:\/\/|\$\{?CI_SERVER_(?:URL|PROTOCOL)\}?)/.exec(address)?.[0];
  if (scheme !== undefined) {
    const rest = scheme.startsWith("$")
      ? `$CI_SERVER_FQDN${address.slice(scheme.length)}`
      : address.slice(scheme.length);
    return { message: `a component's address has no "${scheme}"`, hint: `write ${complete(rest)}` };
  }
  if (/^\.{0,2}\//.test(address))
    return {
      message: "a component's address begins with the server's name; this is a path",
      hint: address.endsWith(".yml")
        ? `include the file as it is: local: ${address.replace(/^\.\.?(?=\/)/, "")}`
        : "write $CI_SERVER_FQDN/$CI_PROJECT_PATH/<name>@$CI_COMMIT_SHA for a component of this project",
    };
  if (!address.includes("@") && !address.includes("$[["))
    return { message: "a component's address needs a version", hint: `write ${complete(address)}` };
  const parts = split(address)[0].split("/");
  if (!/[.$:]|^localhost$/.test(parts[0] ?? ""))
    return {
      message: `a component's address begins with the server's name, not with "${parts[0]}"`,
      hint: `write $CI_SERVER_FQDN/${address}`,
    };
  return undefined;
}

/** A name that no component has. */
function faultOfName(address: string): AddressFault | undefined {
  const [path, version] = split(address);
  const parts = path.split("/");
  const name = parts.at(-1) ?? "";
  if (/\.ya?ml$/.test(name)) {
    const without = parts.filter((part) => part !== "templates");
    const folder = name === "template.yml" ? without.slice(0, -1) : without;
    return {
      message: `a component is named without its file's ending: "${name}"`,
      hint: `write ${folder.join("/").replace(/\.ya?ml$/, "")}@${version}`,
    };
  }
  if (parts.at(-2) === "templates" && parts.length > 4)
    return {
      message: 'a component is named without the folder "templates"',
      hint: `write ${[...parts.slice(0, -2), name].join("/")}@${version}, unless the project itself is called "templates"`,
      isUnsure: true,
    };
  return undefined;
}

/** With a version and a server, where they are missing. */
function complete(address: string): string {
  const host = /^(?:[\w-]+\.|\$|localhost)/.test(address) ? "" : "$CI_SERVER_FQDN/";
  return `${host}${address}${address.includes("@") ? "" : "@1.0.0, with the version that you want"}`;
}

function split(address: string): [string, string] {
  const at = address.indexOf("@");
  return at === -1 ? [address, ""] : [address.slice(0, at), address.slice(at + 1)];
}
