"""Runs unittest's and Django's tests and writes what came of each as JUnit XML, for GitLab.

usage: python3 -m berth_junit [ARGUMENT…]    as `python3 -m unittest`
       python3 manage.py test --testrunner berth_junit.DjangoRunner
The file is the variable BERTH_JUNIT. Django's runner is the project's own (TEST_RUNNER), with this report beside.
https://docs.gitlab.com/ci/testing/unit_test_reports/, https://docs.python.org/3/library/unittest.html#unittest.TestResult
"""

import os
import re
import sys
import time
import unittest
import xml.etree.ElementTree as tree

# What XML 1.0 cannot hold: https://www.w3.org/TR/xml/#charsets
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Result(unittest.TextTestResult):
    """The lines on the terminal as ever, and one record for each test: (test, seconds, kind, text)."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.records, self.begun, self.in_parts = [], {}, set()

    def startTest(self, test):
        super().startTest(test)
        self.begun[test.id()] = time.monotonic()

    def note(self, test, kind="", text=""):
        begun = self.begun.get(test.id())
        self.records.append((test, time.monotonic() - begun if begun else 0.0, kind, text))

    def addSuccess(self, test):
        super().addSuccess(test)
        if test.id() not in self.in_parts:
            self.note(test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.note(test, "failure", self.failures[-1][1])

    def addError(self, test, error):
        super().addError(test, error)
        self.note(test, "error", self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, "skipped", reason)

    def addExpectedFailure(self, test, error):
        super().addExpectedFailure(test, error)
        self.note(test)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note(test, "failure", "passes, though it is marked as one that fails")

    def addSubTest(self, test, part, error):
        super().addSubTest(test, part, error)
        if error is not None:
            self.in_parts.add(test.id())
            failed = issubclass(error[0], test.failureException)
            self.note(part, "failure" if failed else "error", (self.failures if failed else self.errors)[-1][1])


class Runner(unittest.TextTestRunner):
    resultclass = Result

    def run(self, test):
        result = super().run(test)
        if isinstance(result, Result):
            write(result.records)
        return result


def write(records):
    """Writes the report; unittest runs once, Django too."""
    count = {kind: sum(1 for *_, each, _text in records if each == kind) for kind in ("failure", "error", "skipped")}
    numbers = {"tests": len(records), "failures": count["failure"], "errors": count["error"], "skipped": count["skipped"]}
    suite = tree.Element("testsuite", {"name": "unittest", **{name: str(number) for name, number in numbers.items()}})
    for test, seconds, kind, text in records:
        group, _, name = test.id().rpartition(".") if "(" not in test.id() else test.id().partition(" ")
        case = tree.SubElement(suite, "testcase", {"classname": group or "unittest", "name": clean(name), "time": f"{seconds:.3f}"})
        if kind:
            lines = clean(text).strip().splitlines()
            tree.SubElement(case, kind, {"message": lines[-1] if lines else kind}).text = clean(text)
    tree.ElementTree(suite).write(os.environ["BERTH_JUNIT"], encoding="utf-8", xml_declaration=True)


def clean(text):
    return UNWRITABLE.sub("?", str(text))


def __getattr__(name):
    """DjangoRunner, which can be made only once Django's settings are read."""
    if name != "DjangoRunner":
        raise AttributeError(name)
    from django.conf import settings
    from django.utils.module_loading import import_string

    base = import_string(settings.TEST_RUNNER)
    return type("DjangoRunner", (base,), {"test_runner": Runner, "get_resultclass": lambda self: Result})


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    unittest.main(module=None, testRunner=Runner, argv=["python -m unittest", *sys.argv[1:]])
