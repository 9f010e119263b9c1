"""What SARIF 2.1.0 (OASIS, with errata 01) and the readers of JUnit's XML ask of what `spanway check`
writes. Of SARIF the objects that we use: a number is the standard's section. Each function returns a
list of faults, in words."""
import json
import os
import re

# Of an object its section, and its members: whether one is mandatory, what it is, its section. What
# it is: a type, the one value, a set of values, an object's name, or a list of such.
SHALL, MAY = True, False
SARIF = {
    "sarifLog": ("3.13", {
        "version": (SHALL, "2.1.0", "3.13.2"),
        "$schema": (MAY, "uri", "3.13.3"),
        "runs": (SHALL, ["run"], "3.13.4")}),
    "run": ("3.14", {
        "tool": (SHALL, "tool", "3.14.6"),
        "results": (MAY, ["result"], "3.14.23"),
        "columnKind": (MAY, {"utf16CodeUnits", "unicodeCodePoints"}, "3.14.27")}),
    "tool": ("3.18", {"driver": (SHALL, "toolComponent", "3.18.2")}),
    "toolComponent": ("3.19", {
        "name": (SHALL, "text", "3.19.8"),
        "version": (MAY, "text", "3.19.13"),
        "rules": (MAY, ["reportingDescriptor"], "3.19.23")}),
    "reportingDescriptor": ("3.49", {
        "id": (SHALL, "text", "3.49.3"),
        "shortDescription": (MAY, "message", "3.49.9"),
        "help": (MAY, "message", "3.49.13"),
        "defaultConfiguration": (MAY, "reportingConfiguration", "3.49.14")}),
    "reportingConfiguration": ("3.50", {
        "level": (MAY, {"none", "note", "warning", "error"}, "3.50.3")}),
    "result": ("3.27", {
        "ruleId": (SHALL, "text", "3.27.5"),
        "ruleIndex": (MAY, "index", "3.27.6"),
        "level": (MAY, {"none", "note", "warning", "error"}, "3.27.10"),
        "message": (SHALL, "message", "3.27.11"),
        "locations": (MAY, ["location"], "3.27.12"),
        "relatedLocations": (MAY, ["location"], "3.27.22"),
        "suppressions": (MAY, ["suppression"], "3.27.23")}),
    "message": ("3.11", {"text": (SHALL, "text", "3.11.8")}),
    "location": ("3.28", {
        "id": (MAY, "index", "3.28.2"),
        "physicalLocation": (SHALL, "physicalLocation", "3.28.3"),  # code scanning asks for it
        "logicalLocations": (MAY, ["logicalLocation"], "3.28.4"),
        "message": (MAY, "message", "3.28.5")}),
    "physicalLocation": ("3.29", {
        "artifactLocation": (SHALL, "artifactLocation", "3.29.3"),
        "region": (MAY, "region", "3.29.4")}),
    "artifactLocation": ("3.4", {"uri": (SHALL, "uri", "3.4.3")}),
    "region": ("3.30", {
        "startLine": (SHALL, "number", "3.30.5"),
        "startColumn": (MAY, "number", "3.30.6"),
        "endLine": (MAY, "number", "3.30.7"),
        "endColumn": (MAY, "number", "3.30.8")}),
    "logicalLocation": ("3.33", {
        "fullyQualifiedName": (SHALL, "text", "3.33.5"),
        "kind": (MAY, "text", "3.33.7")}),
    "suppression": ("3.35", {
        "kind": (SHALL, {"inSource", "external"}, "3.35.2"),
        "justification": (MAY, "text", "3.35.6")}),
}
# A reference of RFC 3986 without a fragment: of a relative one the first segment has no colon.
URI = re.compile(r"(https?://[A-Za-z0-9.-]+|file://)?(?![^/]*:)(?:[A-Za-z0-9\-._~/:]|%[0-9A-F]{2})+")
PLAIN = {
    "text": lambda v: isinstance(v, str) and v != "",
    "uri": lambda v: isinstance(v, str) and URI.fullmatch(v) is not None,
    "index": lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= 0,
    "number": lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= 1,
}


def fits(value, what):
    """Whether a value that is no object is what it has to be."""
    if isinstance(what, set):
        return value in what
    return PLAIN[what](value) if what in PLAIN else value == what


def sarif_object(value, name, where):
    section, members = SARIF[name]
    if not isinstance(value, dict):
        return [f"{where} is no {name} object ({section})"]
    faults = [f"{where}.{key} is no property of a {name} object that we know ({section})"
              for key in value if key not in members]
    for key, (mandatory, what, paragraph) in members.items():
        place = f"{where}.{key}"
        if key not in value:
            faults += [f"{place} is missing ({paragraph})"] if mandatory else []
        elif isinstance(what, list) and not isinstance(value[key], list):
            faults.append(f"{place} is no array ({paragraph})")
        elif isinstance(what, list):
            for i, item in enumerate(value[key]):
                faults += sarif_object(item, what[0], f"{place}[{i}]")
        elif isinstance(what, str) and what in SARIF:
            faults += sarif_object(value[key], what, place)
        elif not fits(value[key], what):
            faults.append(f"{place} is {value[key]!r} ({paragraph})")
    return faults


def regions(value, where="$"):
    """Every region of the log, with its place."""
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from regions(item, f"{where}[{i}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "region":
                yield f"{where}.region", item
            yield from regions(item, f"{where}.{key}")


def sarif_faults(text):
    log = json.loads(text)
    faults = sarif_object(log, "sarifLog", "$")
    if faults:
        return faults
    for run in log["runs"]:
        ids = [rule["id"] for rule in run["tool"]["driver"].get("rules", [])]
        if len(set(ids)) != len(ids):
            faults.append("two rules have one id (3.19.23)")
        for i, result in enumerate(run["results"]):
            index = result.get("ruleIndex")
            known = result["ruleId"] in ids
            if known != (index is not None) or (known and ids[index:index + 1] != [result["ruleId"]]):
                faults.append(f"results[{i}].ruleIndex is {index} of {result['ruleId']} (3.27.6)")
    for where, r in regions(log):
        start = (r["startLine"], r.get("startColumn", 1))
        end = (r.get("endLine", r["startLine"]), r.get("endColumn", float("inf")))
        if end < start:
            faults.append(f"{where} ends before it begins (3.30.7, 3.30.8)")
    return faults


def sarif_schema_faults(text):
    """By the schema that OASIS publishes, in the file SARIF_SCHEMA; None: there is none."""
    try:
        import jsonschema
        with open(os.environ["SARIF_SCHEMA"], encoding="utf-8") as f:
            schema = json.load(f)
    except (ImportError, KeyError):
        return None
    return [f"{list(e.absolute_path)}: {e.message}"
            for e in jsonschema.Draft4Validator(schema).iter_errors(json.loads(text))]


# An element, the attributes that readers ask for (Jenkins, GitLab), and what may stand in it, in order.
JUNIT = {
    "testsuites": ((), ["testsuite"]),
    "testsuite": (("name", "tests", "failures", "errors", "skipped"), ["testcase"]),
    "testcase": (("classname", "name"), ["skipped", "failure", "system-out"]),
    "skipped": (("message",), []),
    "failure": (("message",), []),
    "system-out": ((), []),
}


def junit_element(e, where):
    attributes, children = JUNIT[e.tag]
    faults = [f"{where} has no {a}" for a in attributes if not e.get(a)]
    order = [children.index(c.tag) if c.tag in children else -1 for c in e]
    if -1 in order or order != sorted(order):
        faults.append(f"{where} holds {[c.tag for c in e]}")
        return faults
    for c in e:
        faults += junit_element(c, f"{where}/{c.get('name') or c.tag}")
    return faults


def junit_faults(root):
    """Of the tree: elements in their order, counts that are right, cases that can be told apart."""
    faults = [] if root.tag == "testsuites" else [f"the root is {root.tag}"]
    faults = faults or junit_element(root, "testsuites")
    if faults:
        return faults
    for suite in root:
        found = {"tests": len(suite), "errors": 0,
                 "failures": sum(c.find("failure") is not None for c in suite),
                 "skipped": sum(c.find("skipped") is not None for c in suite)}
        faults += [f"{suite.get('name')}: {key} is {suite.get(key)}, there are {n}"
                   for key, n in found.items() if suite.get(key) != str(n)]
        names = [(c.get("classname"), c.get("name")) for c in suite]
        faults += sorted({f"two cases are called {n}" for n in names if names.count(n) > 1})
        faults += [f"{c.get('name')} is skipped and failed" for c in suite
                   if c.find("failure") is not None and c.find("skipped") is not None]
    return faults
