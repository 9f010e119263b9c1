"""Who includes whom, where outside libraries live, and that Meson links what LAYERS says."""
import re

# Headers of the C library that engines may include: they declare no function but mem* and str*.
ENGINE_HEADERS = {"assert.h", "errno.h", "inttypes.h", "limits.h", "stdalign.h", "stdbool.h",
                  "stddef.h", "stdint.h", "string.h"}
# One home each (jansson two): the start of an #include, and the folders that may have it.
HOMES = {
    "openssl/": {"crypto"}, "intel-ipsec-mb.h": {"crypto"},
    "yaml.h": {"lang"}, "jansson.h": {"lang", "ctl"},
    "libmnl/": {"os"}, "seccomp.h": {"os"}, "cap-ng.h": {"os"},
    "sqlite3.h": {"ctl"}, "microhttpd.h": {"ctl"}, "histedit.h": {"ctl"}, "editline/": {"ctl"},
    "urcu": {"daemon"}, "rtrlib/": {"daemon"}, "pcre2.h": {"policy"},
    "pthread.h": {"daemon"}, "threads.h": {"daemon"},
    "libnftables": set(), "nftables/": set(), "json.h": set(), "libfyaml": set(), "uv.h": set(),
}
# Single headers beyond the list, with their reason: the heap and its counters; ASan's poisoning.
EXCEPTIONS = {
    ("src/base/mem.c", "stdlib.h"), ("src/base/mem.c", "stdatomic.h"),
    ("src/base/slab.c", "sanitizer/asan_interface.h"),
}
# folder/file.h, or in cloud/, which has a folder for each provider, cloud/provider/file.h.
INSIDE = re.compile(r"^(\w+|cloud/\w+|check/rules)/\w+\.h$")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def read_layers(path):
    """Folder -> the folders whose headers it may include."""
    rows = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line:
            folder, _, lower = line.partition(":")
            rows[folder.strip()] = lower.split()
    return rows


def may_include(folder, other, layers):
    lower = layers.get(folder, [])
    target = other.split("/")[0]
    if target == folder or target in lower:
        return True
    return "*/view.h" in lower and target in layers and other == f"{target}/view.h"


def check_angle(f, path, number, folder, name, engines):
    for start, homes in HOMES.items():
        if name.startswith(start) and folder not in homes:
            home = " or ".join(sorted(h + "/" for h in homes)) or "nowhere"
            f.add(path, number, f"<{name}> has its home in {home}", "home")
            return
    if folder not in engines and folder != "base":
        return
    if name in ENGINE_HEADERS or (str(path), name) in EXCEPTIONS:
        return
    if folder == "policy" and name == "pcre2.h":
        return
    f.add(path, number, f"<{name}> is not for engines", "home")


def check_includes(f, path, folder, raw, layers, engines):
    for number, line in enumerate(raw.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, name = match.groups()
        if quote == "<":
            check_angle(f, path, number, folder, name, engines)
        elif not INSIDE.match(name):
            f.add(path, number, f'"{name}" is not folder/file', "path")
        elif not may_include(folder, name, layers):
            f.add(path, number, f"{folder}/ may not include {name}", "layer")


def check_folders(f, root, layers):
    """Folders are listed, sources are built, and links come from LAYERS alone."""
    src = root / "src"
    for folder in sorted(p for p in src.iterdir() if p.is_dir()):
        if folder.name not in layers:
            f.add(f"src/{folder.name}", 1, "is not in LAYERS", "folder")
            continue
        meson = folder / "meson.build"
        text = meson.read_text(encoding="utf-8") if meson.exists() else ""
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"\b(static_library|shared_library|library|executable|dependency|"
                         r"declare_dependency|link_with)\b", line.split("#")[0]):
                f.add(f"src/{folder.name}/meson.build", number,
                      "lists sources only; links come from LAYERS", "link")
        for source in sorted(folder.rglob("*.c")):
            if f"'{source.relative_to(folder)}'" not in text:
                f.add(source.relative_to(root), 1, "is in no meson.build", "unlisted")
    meson = (src / "meson.build").read_text(encoding="utf-8")
    if "fs.read('../LAYERS')" not in meson:
        f.add("src/meson.build", 1, "does not take its links from LAYERS", "link")
    seen = set()
    for folder, lower in layers.items():
        for other in lower:
            if other not in seen and other != "*/view.h":
                f.add("LAYERS", 1, f"{folder}: {other} does not stand above it", "layer")
        seen.add(folder)
