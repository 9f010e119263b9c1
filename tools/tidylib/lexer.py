"""Just enough of C to find functions, their measures, and what stands at file scope."""
import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r'(?P<comment>/\*.*?\*/|//[^\n]*)'
    r'|(?P<string>"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')'
    r'|(?P<directive>^[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*)'
    r'|(?P<word>[A-Za-z_]\w*)|(?P<number>\.?\d[\w.]*)|(?P<space>\s+)|(?P<punct>.)',
    re.S | re.M)
CONTROL = {"if", "for", "while", "switch"}


@dataclass
class Token:
    kind: str
    text: str
    line: int


@dataclass
class Function:
    name: str
    line: int
    lines: int
    nesting: int = 0
    parameters: int = 0
    faults: list = field(default_factory=list)


def tokens(raw):
    """Words, numbers, strings and punctuation; comments, blanks and directives are dropped."""
    out, line = [], 1
    for match in TOKEN.finditer(raw):
        kind, text = match.lastgroup, match.group(0)
        if kind in ("string", "word", "number", "punct"):
            out.append(Token(kind, text, line))
        line += text.count("\n")
    return out


def without_strings(raw):
    """The source with the contents of strings blanked: a configuration may use words of its own."""
    def blank(match):
        return '""' if match.lastgroup == "string" else match.group(0)
    return TOKEN.sub(blank, raw)


def match_back(toks, at):
    """The index of the bracket that the one at `at` closes."""
    pairs = {")": "(", "]": "[", "}": "{"}
    depth, close = 0, toks[at].text
    while at >= 0:
        if toks[at].text == close:
            depth += 1
        elif toks[at].text == pairs[close]:
            depth -= 1
            if depth == 0:
                return at
        at -= 1
    return 0


def match_forward(toks, at):
    """The index of the bracket that closes the one at `at`."""
    pairs = {"(": ")", "[": "]", "{": "}"}
    depth, opening = 0, toks[at].text
    for i in range(at, len(toks)):
        if toks[i].text == opening:
            depth += 1
        elif toks[i].text == pairs[opening]:
            depth -= 1
            if depth == 0:
                return i
    return len(toks) - 1


def statements(toks):
    """File scope, cut into pieces: (tokens up to ; or {, body or None)."""
    start = i = 0
    while i < len(toks):
        text = toks[i].text
        if text in "([":
            i = match_forward(toks, i)
        elif text == "{":
            end = match_forward(toks, i)
            head = toks[start:i]
            is_value = any(t.text == "=" for t in head)
            if head and head[-1].text == ")" and not is_value:
                yield head, toks[i:end + 1]
                start = end + 1
            i = end
        elif text == ";":
            yield toks[start:i + 1], None
            start = i + 1
        i += 1


def function_head(head):
    """Name and number of parameters of a function's head, or None."""
    close = len(head) - 1
    if head[close].text != ")":
        return None
    opening = match_back(head, close)
    # An attribute or a macro after the parameters is not the list that is sought.
    while opening > 0 and head[opening - 1].text in ("__attribute__",):
        close = opening - 2
        if close < 0 or head[close].text != ")":
            return None
        opening = match_back(head, close)
    if opening == 0 or head[opening - 1].kind != "word":
        return None
    inside = head[opening + 1:close]
    if not inside or [t.text for t in inside] == ["void"]:
        return head[opening - 1], 0
    depth = commas = 0
    for t in inside:
        depth += (t.text in "([{") - (t.text in ")]}")
        commas += t.text == "," and depth == 0
    return head[opening - 1], commas + 1


def is_control_header(toks, close):
    """Whether the bracket that ends at `close` belongs to if, for, LIST_EACH and the like."""
    opening = match_back(toks, close)
    word = toks[opening - 1].text if opening > 0 else ""
    return word in CONTROL or "_EACH" in word or word.startswith("EACH")


def nesting(body):
    """How deep control statements stand in one another, braces or not."""
    stack, deepest, i = [], 0, 1
    while i < len(body) - 1:
        text, kind = body[i].text, body[i].kind
        following = body[i + 1].text
        opens = False
        if kind == "word" and (text in CONTROL or "_EACH" in text) and following == "(":
            close = match_forward(body, i + 1)
            # do ... while (x); ends a loop and begins none.
            ends_do = text == "while" and body[close + 1].text == ";" and body[i - 1].text == "}"
            i = close
            opens = not ends_do
        elif text == "do" or (text == "else" and following != "if"):
            opens = True
        elif text == "{":
            if body[i - 1].text in (";", "{", "}", ":"):
                stack.append("block")
            else:
                i = match_forward(body, i)  # an initializer
        elif text == "(":
            i = match_forward(body, i)
        elif text == ";":
            while stack and stack[-1] == "line":
                stack.pop()
        elif text == "}" and stack:
            stack.pop()
            while stack and stack[-1] == "line":
                stack.pop()
        if opens:
            if body[i + 1].text == "{":
                stack.append("brace")
                i += 1
            else:
                stack.append("line")
            deepest = max(deepest, len(stack))
        i += 1
    return deepest


def body_faults(name, body):
    """Backward goto, direct recursion, mutable static variables inside a function."""
    faults, labels = [], {}
    for i, t in enumerate(body[:-1]):
        following = body[i + 1].text
        if t.kind == "word" and following == ":" and body[i - 1].text in (";", "{", "}"):
            labels[t.text] = i
    for i, t in enumerate(body[:-1]):
        following = body[i + 1].text
        if t.text == "goto" and labels.get(following, i) < i:
            faults.append((t.line, f"goto {following} goes back", "goto"))
        if t.text == name and following == "(" and body[i - 1].text not in (".", ">"):
            faults.append((t.line, "calls itself", "recursion"))
    return faults


def functions(toks):
    out = []
    for head, body in statements(toks):
        found = function_head(head) if body else None
        if not found or found[0].text in CONTROL:
            continue
        name, parameters = found
        fn = Function(name.text, name.line, body[-1].line - head[0].line + 1)
        fn.parameters = parameters
        fn.nesting = nesting(body)
        fn.faults = body_faults(name.text, body)
        out.append(fn)
    return out


def is_mutable(declaration):
    """Whether what these words declare can change: no const, or none after the last star."""
    words = declaration[:declaration.index("=")] if "=" in declaration else declaration
    if "*" in words:
        words = words[len(words) - words[::-1].index("*"):]
    return "const" not in words


def plain_words(declaration):
    """The words of a declaration without the insides of its braces."""
    out, i = [], 0
    while i < len(declaration):
        if declaration[i].text == "{":
            i = match_forward(declaration, i)
        elif declaration[i].text != ";":
            out.append(declaration[i].text)
        i += 1
    return out


def declared_name(words):
    name = ""
    for word in words:
        if word in ("=", "["):
            break
        if re.match(r"[A-Za-z_]", word):
            name = word
    return name


def mutable_variables(toks):
    """(line, name, scope) of variables that live for the whole run and can change."""
    out = []
    for head, body in statements(toks):
        if body:
            out += mutable_statics(body)
            continue
        words = plain_words(head)
        if not words or words[0] in ("extern", "static_assert", "_Static_assert"):
            continue
        if "typedef" in words[:2]:
            continue
        if words[0] in ("struct", "union", "enum") and len(words) <= 2:
            continue  # a type
        before = words[:words.index("=")] if "=" in words else words
        if len(words) < 2 or ("(" in before and "=" not in words):
            continue  # a prototype or a macro's call
        if is_mutable(words):
            out.append((head[0].line, declared_name(words), "file"))
    return out


def mutable_statics(body):
    out = []
    for i, t in enumerate(body):
        if t.text != "static":
            continue
        end = i
        while body[end].text not in (";", "="):
            end = match_forward(body, end) if body[end].text == "{" else end
            end += 1
        words = plain_words(body[i:end + 1])
        if is_mutable(words):
            out.append((t.line, declared_name(words), "function"))
    return out


def struct_typedefs(toks):
    return [toks[i].line for i in range(len(toks) - 1)
            if toks[i].text == "typedef" and toks[i + 1].text in ("struct", "union", "enum")]


def calls(toks, names):
    return [(t.line, t.text) for t, after in zip(toks, toks[1:])
            if t.text in names and after.text == "("]


def uncommented_prototypes(raw):
    """(line, name) of prototypes in groups (lines without a blank one between) that have no comment."""
    out, lines = [], raw.splitlines()
    groups, start = [], None
    for number, line in enumerate(lines + [""], 1):
        if line.strip() and start is None:
            start = number
        elif not line.strip() and start is not None:
            groups.append((start, number - 1))
            start = None
    commented = {n for first, last in groups for n in range(first, last + 1)
                 if any("/*" in lines[k - 1] or "*/" in lines[k - 1] for k in range(first, last + 1))}
    for head, body in statements(tokens(raw)):
        words = [t.text for t in head]
        if body or "(" not in words or words[0] in ("typedef", "static_assert", "_Static_assert"):
            continue
        if "{" in words or "=" in words:
            continue
        name = head[words.index("(") - 1]
        if name.kind == "word" and words.index("(") > 1 and head[0].line not in commented:
            out.append((head[0].line, name.text))
    return out
