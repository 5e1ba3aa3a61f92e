/** Two sums of files that nobody has. */
export const a = "a".repeat(64);
export const b = "b".repeat(64);

const early = 'python_full_version < "3.11.3"';
const quoted = JSON.stringify(early);

/**
 * One application in each kind of lock: it requires lettuce, which requires bridge before Python 3.11.3; the group dev has tasting. The forms are
 * those that uv 0.8, Poetry 2.1, PDM 2.22 and Pipenv 2025 write, without what only they read.
 */
export const locks: Readonly<Record<string, string>> = {
  "uv.lock": `version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "bridge"
version = "2.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/bridge-2.0-py3-none-any.whl", hash = "sha256:${b}" }]

[[package]]
name = "lettuce"
version = "1.0"
source = { registry = "https://index.example/simple" }
dependencies = [{ name = "bridge", marker = ${quoted} }]
sdist = { url = "https://index.example/lettuce-1.0.tar.gz", hash = "sha256:${a}" }

[[package]]
name = "salad"
version = "0.1"
source = { virtual = "." }
dependencies = [{ name = "lettuce" }]

[package.dev-dependencies]
dev = [{ name = "tasting" }]

[[package]]
name = "tasting"
version = "3.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/tasting-3.0-py3-none-any.whl", hash = "sha256:${a}" }]
`,
  "poetry.lock": `[[package]]
name = "bridge"
version = "2.0"
optional = false
groups = ["main"]
markers = ${quoted}
files = [{file = "bridge-2.0-py3-none-any.whl", hash = "sha256:${b}"}]

[[package]]
name = "lettuce"
version = "1.0"
optional = false
groups = ["main"]
files = [{file = "lettuce-1.0.tar.gz", hash = "sha256:${a}"}]

[[package]]
name = "tasting"
version = "3.0"
optional = false
groups = ["dev"]
files = [{file = "tasting-3.0-py3-none-any.whl", hash = "sha256:${a}"}]

[metadata]
lock-version = "2.1"
`,
  "pdm.lock": `[metadata]
groups = ["default", "dev"]
lock_version = "4.5.0"

[[package]]
name = "bridge"
version = "2.0"
groups = ["default"]
marker = ${quoted}
files = [{file = "bridge-2.0-py3-none-any.whl", hash = "sha256:${b}"}]

[[package]]
name = "lettuce"
version = "1.0"
groups = ["default"]
files = [{file = "lettuce-1.0.tar.gz", hash = "sha256:${a}"}]

[[package]]
name = "tasting"
version = "3.0"
groups = ["dev"]
files = [{file = "tasting-3.0-py3-none-any.whl", hash = "sha256:${a}"}]
`,
  "Pipfile.lock": JSON.stringify({
    _meta: { requires: { python_version: "3.11" } },
    default: {
      bridge: { version: "==2.0", hashes: [`sha256:${b}`], markers: early },
      lettuce: { version: "==1.0", hashes: [`sha256:${a}`] },
    },
    develop: { tasting: { version: "==3.0", hashes: [`sha256:${a}`] } },
  }),
  "pylock.toml": `lock-version = "1.0"
[[packages]]
name = "bridge"
version = "2.0"
marker = ${quoted}
wheels = [{ url = "https://index.example/bridge-2.0-py3-none-any.whl", hashes = { sha256 = "${b}" } }]
[[packages]]
name = "lettuce"
version = "1.0"
sdist = { url = "https://index.example/lettuce-1.0.tar.gz", hashes = { sha256 = "${a}" } }
`,
};

/** What stands beside a lock: the file from which it was made. */
export function pyproject(lock: string): Readonly<Record<string, string>> {
  if (lock === "pylock.toml") return {};
  if (lock === "Pipfile.lock")
    return { Pipfile: '[packages]\nlettuce = "*"\n[dev-packages]\ntasting = "*"\n' };
  if (lock === "poetry.lock") {
    const text =
      '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.11"\nlettuce = "^1.0"\n';
    return { "pyproject.toml": `${text}[tool.poetry.group.dev.dependencies]\ntasting = "*"\n` };
  }
  return {
    "pyproject.toml":
      '[project]\nname = "salad"\ndependencies = ["lettuce"]\n[dependency-groups]\ndev = ["tasting"]\n',
  };
}
