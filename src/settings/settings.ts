import type { forms, pipelinePatterns } from "./forms.ts";

/** What a setting may hold. */
export type Value =
  | { readonly type: "text"; readonly form: keyof typeof forms }
  /** A whole number; both bounds belong to it. GitLab's `number` also takes 1.5, and knows no bounds. */
  | { readonly type: "number"; readonly least: number; readonly most: number }
  | { readonly type: "choice"; readonly options: readonly string[] }
  /** A boolean input: one word `name=true` of the variable BERTH_SWITCHES. */
  | { readonly type: "switch" }
  /** BERTH_SWITCHES itself: a list of such words, each of which the table knows. */
  | { readonly type: "switches" }
  /** An input for GitLab alone, such as a stage. */
  | { readonly type: "pipeline"; readonly pattern: keyof typeof pipelinePatterns }
  | { readonly type: "pipeline choice"; readonly options: readonly string[] }
  | { readonly type: "pipeline boolean" | "pipeline array" };

/** One setting: an input of the components, or what a job finds out by itself, such as the release's name. */
export interface Setting {
  /** The input in the templates; absent where there is none. */
  readonly input?: string;
  /** Other names of the same input: `delivery` has two `exclude`s. */
  readonly inputAlso?: readonly string[];
  /** The variable that carries it to bash. Absent for what GitLab alone reads, and for switches. */
  readonly variable?: string;
  readonly value: Value;
  /** The input's default, where it is the same in every component. */
  readonly default?: string | number | boolean;
  /** Whether a job sends it to the server. What is not marked is never sent. */
  readonly server?: true;
  /** The server refuses to work without it instead of taking the default. */
  readonly required?: true;
}

const text = (form: keyof typeof forms): Value => ({ type: "text", form });
const number = (least: number, most: number): Value => ({ type: "number", least, most });
const choice = (...options: string[]): Value => ({ type: "choice", options });
const pipeline = (pattern: keyof typeof pipelinePatterns): Value => ({ type: "pipeline", pattern });

/** An input that bash reads as BERTH_ and its name in capitals. */
function input(name: string, value: Value, rest: Omit<Setting, "input" | "value"> = {}): Setting {
  return { input: name, variable: `BERTH_${name.toUpperCase()}`, value, ...rest };
}
/** The same, sent to the server. */
function sent(
  name: string,
  value: Value,
  preset: string | number,
  rest: Omit<Setting, "input" | "value"> = {},
): Setting {
  return input(name, value, { default: preset, server: true, ...rest });
}
const toggle = (name: string, preset: boolean): Setting => ({
  input: name,
  value: { type: "switch" },
  default: preset,
});
const forGitLab = (name: string, value: Value, preset?: string, inputAlso: string[] = []): Setting => ({
  input: name,
  value,
  inputAlso,
  ...(preset !== undefined && { default: preset }),
});
/** What a job finds out; no input, but a CI/CD variable of the name would be read all the same. */
const found = (variable: string, value: Value, rest: Omit<Setting, "variable" | "value"> = {}): Setting => ({
  variable,
  value,
  ...rest,
});

/**
 * Every setting, in the order of the templates. The inputs' types, patterns and options in templates/*.yml, the checks of all jobs and
 * of the server, and what is sent to the server are made from this table by `npm run generate`.
 */
export const settings: readonly Setting[] = [
  // validate, test, build
  input("source_folder", text("folder"), { default: "." }),
  // Empty: scripts/lib/find_project.py finds them.
  input("requirements_file", text("file_or_none"), { default: "" }),
  input("groups", text("names"), { default: "" }),
  input("test_requirements_file", text("file_or_none"), { default: "" }),
  input("test_groups", text("names"), { default: "" }),
  input("pytest_arguments", text("words"), { default: "" }),
  input("test_command", text("line"), { default: "" }),
  input("test_environment", text("assignments"), { default: "" }),
  input("include", text("words"), { default: "", inputAlso: ["package_include"] }),
  input("exclude", text("words"), { inputAlso: ["syntax_exclude", "package_exclude"] }),
  input("target", text("target"), { default: "" }),
  // The older way, for one more release.
  input("python_version", text("python"), { default: "" }),
  // BERTH_VERSION is what build packs; a deploy reads it from the package's manifest.
  input("version", text("version"), { default: "", server: true }),
  // deploy, rollback
  sent("service_name", text("unit"), "flask-helpdesk", { required: true }),
  sent("service_user", text("user"), "www-data"),
  sent("deploy_path", text("path"), ""),
  sent("backup_path", text("path"), ""),
  sent("persistent_paths", text("paths"), "blog/db"),
  input("env_variables", text("variables"), { default: "" }),
  input("env_file_variable", text("variable"), { default: "ENV_PRODUCTION" }),
  sent("service_file", text("unit_file"), ""),
  sent("start_command", text("line"), ""),
  sent("listen", text("place"), ""),
  toggle("rolling", false),
  sent("health_url", text("address"), "http://127.0.0.1:8000/healthz"),
  toggle("health_version", true),
  sent("health_timeout", number(1, 3600), 60),
  sent("stable_seconds", number(0, 3600), 5),
  sent("preflight", choice("auto", "import", "none"), "auto"),
  sent("before_switch", text("line"), ""),
  toggle("before_switch_on_copy", false),
  toggle("manage_units", true),
  toggle("harden_unit", true),
  sent("stop_signal", choice("auto", "SIGTERM", "SIGINT", "SIGQUIT"), "auto"),
  sent("stop_timeout", number(1, 3600), 30),
  sent("keep_releases", number(1, 1000), 5),
  sent("keep_backups", number(1, 1000), 10),
  sent("reserve_megabytes", number(0, 9_999_999), 200),
  sent("transaction_timeout", number(10, 86_400), 900),
  input("connection_timeout", number(0, 86_400), { default: 600 }),
  input("max_parallel", number(1, 100), { default: 1 }),
  input("ssh_port", number(1, 65_535), { default: 22 }),
  toggle("install_tools", true),
  sent("restore_data", text("name"), ""),
  input("release", text("name"), { default: "", variable: "BERTH_ROLLBACK_TO" }),
  // what a job finds out
  // Debian's name in the tag of the image that goes with `target`.
  found("BERTH_DEBIAN", choice("bookworm", "trixie"), { default: "bookworm" }),
  found("BERTH_SWITCHES", { type: "switches" }, { default: "", server: true }),
  found("BERTH_ACTION", choice("deploy", "rollback"), { default: "deploy", server: true }),
  found("BERTH_RELEASE", text("name"), { default: "", server: true }),
  found("BERTH_REQUEST", text("name"), { default: "", server: true }),
  found("BERTH_PYTHON", text("version"), { default: "", server: true }),
  found("BERTH_PYTHON_FULL", text("version"), { default: "", server: true }),
  // What the wheels need of the Python that runs them, as a JSON list: the server's own is asked.
  found("BERTH_WHEELS", text("line"), { default: "", server: true }),
  found("BERTH_LABEL", text("line"), { default: "", server: true }),
  // The pipeline: a rollback that is run again in it is not a second step back.
  found("BERTH_PACKAGE_KILOBYTES", number(0, 999_999_999), { default: 0, server: true }),
  found("BERTH_MANIFEST_SHA256", text("sha256"), { default: "", server: true }),
  found("BERTH_PACKAGE", text("file")),
  found("BERTH_DEPLOYED_RELEASE", text("name")),
  // for GitLab alone
  forGitLab("allow_failure", { type: "pipeline boolean" }, undefined, ["allow_test_failure"]),
  forGitLab("test_services", { type: "pipeline array" }),
  forGitLab("every_python_version", { type: "pipeline boolean" }),
  forGitLab("python_versions", { type: "pipeline array" }),
  forGitLab("expire_in", pipeline("duration"), "1 year", ["package_expire_in"]),
  forGitLab("environment", pipeline("environment"), "production"),
  forGitLab("environment_url", pipeline("environment_url"), "http://$DEPLOY_SERVER"),
  forGitLab("job_timeout", pipeline("duration"), "1 hour"),
  forGitLab("image", pipeline("image"), undefined, ["python_image", "deploy_image"]),
  forGitLab("runner_tags", { type: "pipeline array" }),
  forGitLab("branch", pipeline("branch"), ""),
  forGitLab("deploy_on", { type: "pipeline choice", options: ["branch", "tag", "manual"] }, "branch"),
  forGitLab("pipeline_sources", pipeline("sources"), "push|web"),
  forGitLab("stage", pipeline("stage"), undefined, ["checks_stage", "deploy_stage", "verification_stage"]),
  forGitLab("job_prefix", pipeline("prefix"), ""),
];

/** The setting of a template's input. Undefined for a name that no setting has. */
export function settingOfInput(name: string, table: readonly Setting[] = settings): Setting | undefined {
  return table.find(({ input: own, inputAlso = [] }) => own === name || inputAlso.includes(name));
}
