"""Asks each configured package index whether it lets this job in, before anything is taken from any of them.

usage: python3 check_indexes.py LIST HASHED
LIST is the requirements list, whose `--index-url` and `--extra-index-url` count too; HASHED is 1 where all that is taken has hashes. pip goes on
to the next index where one refuses, and takes a stranger's package of the same name there. Exits with 1, and one line, at 401 and 403; with 75 at 5xx,
which may pass. Warns at 404, which some indexes give for their own address, and where names may come from several indexes. What cannot be
reached at all is left to the tool that fetches: it says why.
"""

import base64
import netrc
import os
import re
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request

from pip_settings import is_off, read

PASSING = 75
SECONDS = 15


def main(listed, hashed):
    settings = read(os.environ)
    if settings.get("no-index") and not is_off(settings["no-index"]):
        return 0
    first, more = indexes(settings, listed)
    for index in [*first, *more]:
        code, reason = status(index, settings)
        if code in (401, 403) and settings.get("keyring-provider", "disabled") == "disabled":
            print(f"error: the package index {plain(index)} answers {code} {reason}: correct its login (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL or pip.conf)", file=sys.stderr)
            return 1
        if code >= 500:
            print(f"error: the package index {plain(index)} answers {code} {reason}: it is out of order; try again later", file=sys.stderr)
            return PASSING
        if code == 404:
            print(f"warning: the package index {plain(index)} answers 404 at its own address: if that is wrong, its packages are looked for elsewhere", file=sys.stderr)
    if more and not hashed:
        print(
            "warning: packages come from several indexes, and no hashes say which files are meant: whoever registers a name of yours in the public index may be asked for it. "
            "Set one PIP_INDEX_URL that forwards to the public index, as GitLab's package registry does, or use a lock with hashes",
            file=sys.stderr,
        )
    return 0


def indexes(settings, listed):
    """The first index, where one is set, and the others."""
    first, more = settings.get("index-url") or os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL"), settings.get("extra-index-url", "").split()
    more += [re.sub(r"^[\w-]+=(?=https?:)", "", each) for each in (os.environ.get("UV_INDEX") or os.environ.get("UV_EXTRA_INDEX_URL") or "").split()]
    if os.path.isfile(listed):
        with open(listed, encoding="utf-8-sig", errors="replace") as file:
            for option, address in re.findall(r"^\s*(-i|--index-url|--extra-index-url)[\s=]+(\S+)", file.read(), re.MULTILINE):
                first, more = (first, [*more, address]) if option == "--extra-index-url" else (address, more)
    return [each for each in [first] if is_address(each)], list(dict.fromkeys(filter(is_address, more)))


def is_address(text):
    return bool(text) and text.startswith(("http://", "https://")) and "${" not in text


def status(index, settings):
    """(HTTP status, its words) of an index's own address; 0 where it cannot be asked."""
    parts = urllib.parse.urlsplit(index)
    try:
        request = urllib.request.Request(plain(index).rstrip("/") + "/", headers={"User-Agent": "berth", "Accept": "text/html, application/vnd.pypi.simple.v1+json;q=0.5"})
        login = login_for(parts)
        if login:
            request.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
        with opener(settings, parts.hostname).open(request, timeout=SECONDS) as answer:
            return answer.status, answer.reason
    except urllib.error.HTTPError as error:
        return error.code, error.reason
    except (OSError, ValueError, ssl.SSLError):
        return 0, ""


def login_for(parts):
    if parts.username:
        return f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
    try:
        found = netrc.netrc(os.environ.get("NETRC")).authenticators(parts.hostname or "")
    except (OSError, netrc.NetrcParseError):
        return ""
    return f"{found[0]}:{found[2]}" if found else ""


def opener(settings, host):
    """As pip is set up: proxy, certificates, hosts that are trusted without one."""
    named = settings.get("cert") or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    context = ssl.create_default_context(cafile=named if named and os.path.isfile(named) else None, capath=named if named and os.path.isdir(named) else None)
    if settings.get("client-cert"):
        context.load_cert_chain(settings["client-cert"])
    if any(each.split(":")[0] == host for each in settings.get("trusted-host", "").split()):
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    proxy = settings.get("proxy")
    proxies = urllib.request.ProxyHandler({"http": proxy, "https": proxy} if proxy else None)
    return urllib.request.build_opener(proxies, urllib.request.HTTPSHandler(context=context))


def plain(address):
    parts = urllib.parse.urlsplit(address)
    return parts._replace(netloc=parts.netloc.rsplit("@", 1)[-1]).geturl()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
