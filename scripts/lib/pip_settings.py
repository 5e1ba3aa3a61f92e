"""What uv must be told so that it works as pip is set up here: uv reads neither pip.conf nor PIP_…

usage: python3 pip_settings.py OUTPUT
Reads pip's configuration files and the variables PIP_…, in pip's order; `pip config list` says the same, but takes two seconds.
Writes records that each end with a NUL: NAME=value for uv's environment, or an argument for uv's command line, which begins with a dash.
Names and passwords are in the former only. Exits with 1, and one line for each, where a setting has no counterpart: what cannot be kept is
refused by its name, never left out in silence.
Sources: https://pip.pypa.io/en/stable/topics/configuration/, https://docs.astral.sh/uv/reference/environment/
"""

import configparser
import os
import sys

# What changes neither which packages are chosen nor what is in them, in an environment of the job's own.
WITHOUT_EFFECT = set(
    "disable-pip-version-check no-input progress-bar quiet verbose no-color debug log log-file root-user-action no-python-version-warning "
    "break-system-packages require-virtualenv exists-action cache-dir no-cache-dir compile no-compile upgrade upgrade-strategy "
    "force-reinstall ignore-installed no-warn-script-location no-warn-conflicts use-pep517 isolated src build-dir no-clean "
    "resume-retries config-file no-require-virtualenv".split()
)
# pip's word, uv's variable; a list has spaces between, for both.
PLAIN = {"index-url": "UV_DEFAULT_INDEX", "client-cert": "SSL_CLIENT_CERT", "timeout": "UV_HTTP_TIMEOUT", "retries": "UV_HTTP_RETRIES"}
LISTS = {"extra-index-url": ("UV_INDEX", " "), "trusted-host": ("UV_INSECURE_HOST", " "), "find-links": ("UV_FIND_LINKS", ",")}
LISTS.update({"constraint": ("UV_CONSTRAINT", " "), "build-constraint": ("UV_BUILD_CONSTRAINT", " ")})
ALIASES = {"default-timeout": "timeout", "pypi-url": "index-url"}


def main(output):
    records, refused = translate(read(os.environ), os.environ)
    for line in refused:
        print(f"error: {line}", file=sys.stderr)
    with open(output, "w", encoding="utf-8") as file:
        file.write("".join(f"{record}\0" for record in records))
    return 1 if refused else 0


def read(environment):
    """{"index-url": value}: a variable before a file, a command's section before [global]. An empty value is as good as none, as in pip."""
    sections = {"global": {}, "wheel": {}, "install": {}}
    for path in files(environment):
        parser = configparser.RawConfigParser()
        parser.read(path, encoding=None)
        for name, found in sections.items():
            if parser.has_section(name):
                found.update(parser.items(name))
    variables = {name[4:]: value for name, value in environment.items() if name.startswith("PIP_")}
    settings = {}
    for found in (*sections.values(), variables):
        for key, value in found.items():
            key = key.lower().replace("_", "-")
            if value.strip():
                settings[ALIASES.get(key, key)] = value.strip()
    return settings


def files(environment):
    """pip's configuration files, the strongest last. An environment of the job's own has none beside its interpreter."""
    own = environment.get("PIP_CONFIG_FILE")
    if own == os.devnull:
        return []
    home = os.path.expanduser("~")
    folders = [*environment.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")]
    system = [*(os.path.join(folder, "pip", "pip.conf") for folder in folders), "/etc/pip.conf"]
    user = [os.path.join(home, ".pip/pip.conf"), os.path.join(environment.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "pip/pip.conf")]
    return system + ([own] if own and os.path.exists(own) else user)


def translate(settings, environment):
    """(records for uv, one line for each setting that is refused)"""
    records, refused = [*certificates(settings, environment), *indexes_of_uv(settings, environment)], []
    for key, value in sorted(settings.items()):
        if key in WITHOUT_EFFECT or key == "cert":
            continue
        if key in PLAIN:
            records.append(f"{PLAIN[key]}={value}")
        elif key in LISTS:
            name, between = LISTS[key]
            records.append(f"{name}={between.join(value.split())}")
        elif key == "proxy":
            records += [f"{name}={value}" for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")]
        elif key in ("no-index", "pre", "require-hashes") and is_off(value):
            continue
        elif key == "no-index":
            records.append("--no-index")
        elif key == "pre":
            records.append("UV_PRERELEASE=allow")
        elif key in ("no-binary", "only-binary"):
            records += [f"--{key}={each}" for each in value.replace(",", " ").split() if each != ":none:"]
        elif key == "require-hashes":
            records += ["BERTH_REQUIRE_HASHES=1", "UV_REQUIRE_HASHES=1"]
        elif key == "use-feature" and value == "truststore":
            records += ["UV_SYSTEM_CERTS=1", "UV_NATIVE_TLS=1"]
        elif key == "keyring-provider" and value in ("auto", "disabled", "subprocess"):
            records.append(f"UV_KEYRING_PROVIDER={value.replace('auto', 'disabled')}")
        elif not is_off(value):
            variable = "PIP_" + key.upper().replace("-", "_")
            refused.append(f"pip's setting {key} ({variable}, or pip.conf) cannot be kept by this job: set {variable} to nothing for it, or take it out of pip.conf")
    return records, refused


def certificates(settings, environment):
    """The certificate authorities that pip trusts: PIP_CERT, else those of requests' variables, else the system's."""
    named = settings.get("cert") or environment.get("REQUESTS_CA_BUNDLE") or environment.get("CURL_CA_BUNDLE")
    if named:
        yield f"{'SSL_CERT_DIR' if os.path.isdir(named) else 'SSL_CERT_FILE'}={named}"
    elif not environment.get("SSL_CERT_FILE") and os.path.exists("/etc/ssl/certs/ca-certificates.crt"):
        yield "UV_SYSTEM_CERTS=1"
        yield "UV_NATIVE_TLS=1"  # the same, before 0.9


def indexes_of_uv(settings, environment):
    """For pip, where only uv was told of an index: what uv chooses, pip then finds."""
    first = environment.get("UV_DEFAULT_INDEX") or environment.get("UV_INDEX_URL")
    more = environment.get("UV_INDEX") or environment.get("UV_EXTRA_INDEX_URL")
    if first and "index-url" not in settings:
        yield f"PIP_INDEX_URL={first}"
    if more and "extra-index-url" not in settings:
        yield "PIP_EXTRA_INDEX_URL=" + " ".join(each.split("=", 1)[-1] if "=" in each.split("://")[0] else each for each in more.split())


def is_off(value):
    return value.lower() in ("0", "no", "n", "false", "f", "off")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
