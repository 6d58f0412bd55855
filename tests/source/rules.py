"""What must not stand in the source, as rules that a program checks (SR-07, SR-21, SR-37, SR-38).

Each rule finds what it forbids by itself; where one thing of the kind is meant, ALLOWED names the file and the reason.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
Rule = Callable[[ast.AST], Iterator[ast.AST]]
# Tables whose rows belong to a tenant: nobody asks for them without saying whose.
OF_A_TENANT = {
    "Circuit", "Clinician", "Entry", "Head", "IndexedInteraction", "IndexedPatient", "Membership", "PatientWord",
    "Subject", "Suspect", "Tally", "Title", "TitleWord",
}  # fmt: skip
HTTP = {"aiohttp", "http.client", "httptools", "httpx", "requests", "socket", "ssl", "urllib.request", "urllib3"}
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|ALTER|DROP|CREATE|TRUNCATE|COPY|WITH|EXISTS)\b[\s(]")
RUNS = {"call", "check_call", "check_output", "getoutput", "getstatusoutput", "popen", "Popen", "run", "system"}


def name_of(node: ast.AST) -> str:
    """``a.b.c`` for names and attributes, empty for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def last(node: ast.AST) -> str:
    return name_of(node).rpartition(".")[2]


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def keywords(tree: ast.AST, name: str, value: object) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        given = (node.arg, node.value) if isinstance(node, ast.keyword) else ("", None)
        if isinstance(node, ast.Assign):
            given = (last(node.targets[0]), node.value)
        if given[0] == name and isinstance(given[1], ast.Constant) and given[1].value is value:
            yield node


def marked_safe(tree: ast.AST) -> Iterator[ast.AST]:
    """Text that templates would no longer escape."""
    return (call for call in calls(tree) if last(call.func) in ("mark_safe", "SafeString", "SafeText", "Markup"))


def other_http(tree: ast.AST) -> Iterator[ast.AST]:
    """A second way out, beside the transport with its certificates, limits and deadlines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        if any(name == one or name.startswith(f"{one}.") for name in names for one in HTTP):
            yield node


def composed_sql(tree: ast.AST) -> Iterator[ast.AST]:
    """SQL that is put together: a value may come in as text, and nobody sees at a glance that it does not."""
    for node in ast.walk(tree):
        text: ast.AST | None = node if isinstance(node, ast.JoinedStr) else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
            text = node.left
        elif isinstance(node, ast.Call) and last(node.func) == "format" and isinstance(node.func, ast.Attribute):
            text = node.func.value
        elif isinstance(node, ast.Call) and last(node.func) in ("RawSQL", "raw", "extra"):
            yield node
        first = text.values[0] if isinstance(text, ast.JoinedStr) else text
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and SQL.match(first.value):
            yield node


def no_tenant(tree: ast.AST) -> Iterator[ast.AST]:
    """Rows of a tenant, asked for without a tenant."""
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager")):
            continue
        if last(node.value) not in OF_A_TENANT:
            continue
        step, named = parents.get(node), set()
        while isinstance(step, ast.Attribute | ast.Call):
            named |= {keyword.arg for keyword in step.keywords} if isinstance(step, ast.Call) else set()
            made = isinstance(step, ast.Call) and last(step.func) == "bulk_create"
            named |= {"tenant"} if made and "tenant=" in ast.unparse(step) else set()
            step = parents.get(step)
        if "tenant" not in named:
            yield node


def unverified(tree: ast.AST) -> Iterator[ast.AST]:
    """A connection to whoever answers."""
    yield from keywords(tree, "verify", False)
    yield from keywords(tree, "check_hostname", False)
    unsafe = ("CERT_NONE", "_create_unverified_context", "disable_warnings")
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name) and last(node) in unsafe)


def without_token(tree: ast.AST) -> Iterator[ast.AST]:
    return (
        node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute) and last(node) == "csrf_exempt"
    )


def evaluated(tree: ast.AST) -> Iterator[ast.AST]:
    """Text that becomes a program."""
    unsafe = {"eval", "exec", "compile", "__import__"}
    for call in calls(tree):
        name = name_of(call.func)
        if name in unsafe or re.fullmatch(r"(pickle|marshal|yaml|shelve|dill)\.(load|loads|open|unsafe_load)", name):
            yield call


def shell(tree: ast.AST) -> Iterator[ast.AST]:
    """Programs that are started by a line of text, or at all."""
    yield from keywords(tree, "shell", True)
    for call in calls(tree):
        if re.fullmatch(r"(subprocess|os|commands)\.(\w+)", name_of(call.func)) and last(call.func) in RUNS:
            yield call


def unescaped(tree: ast.AST) -> Iterator[ast.AST]:
    return keywords(tree, "autoescape", False)


PYTHON: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        marked_safe, other_http, composed_sql, no_tenant, unverified, without_token, evaluated, shell, unescaped,
    )
}  # fmt: skip
# Over templates, comments left out.
TEMPLATE = {
    "safe filter": r"\|\s*(safe|safeseq|mark_safe)\b",
    "autoescape": r"\{%-?\s*(autoescape\s+(off|false)|filter\s+safe)",
    "inline script": r"<script(?![^>]*\bsrc=)",
    "inline style": r"<style\b|\sstyle\s*=",
    "inline handler": r"\s(on\w+|hx-on[\w:.-]*)\s*=",
    "script in an attribute": r"""(javascript|js|data)\s*:[^"'\s]*[("'{]|hx-vals\s*=\s*["']js:""",
    "attribute without quotes": r"\s[\w:-]+=\{\{",
    "other host": r"""\s(src|href|action|hx-\w+)\s*=\s*["'](https?:)?//""",
    "form without a token": r"""<form(?=[^>]*method=["']?post)(?:(?!csrf_token)(?!</form).)*</form""",
}  # fmt: skip
SCRIPT = {
    "markup from text": r"\.(innerHTML|outerHTML)\s*\+?=|insertAdjacentHTML|document\.write|createContextualFragment",
    "text as a program": r"\beval\(|\bnew Function\(|\bset(Timeout|Interval)\(\s*[\"'`]",
    "kept in the browser": r"\b(localStorage|indexedDB|caches)\b",
    "another host": r"[\"'`]https?://",
}
ALLOWED = {
    # What Jinja has escaped; a moment made of digits.
    "marked_safe": {"dashboard/listing/jinja.py", "dashboard/listing/formatting.py"},
    # The one door and its parts; the sandbox, which answers; the image's own probe; names of hosts, free ports.
    "other_http": {
        "corti_gateway/sending.py", "corti_gateway/recordings.py", "corti_gateway/sockets.py",
        "corti_gateway/failures.py",
        "corti_gateway/sandbox/connection.py", "corti_gateway/sandbox/server.py", "dashboard/monitoring/probe.py",
        "dashboard/demo/processes.py", "dashboard/index/following/follower.py",
    },
    # Made of names and constants of their own, every value is a parameter; all of dashboard/index/ beside these.
    "composed_sql": {
        "dashboard/audit/triggers.py", "dashboard/audit/writing.py",
        "dashboard/accounts/backends.py", "dashboard/tenants/access.py",
    },
    # Which tenants have a log; what one user has in all tenants, twice; rows that were made with their tenant before.
    "no_tenant": {
        "dashboard/audit/verifying.py", "dashboard/tenants/provided.py", "dashboard/tenants/rights.py",
        "dashboard/clinicians/importing.py",
    },
    # The import looks at the token itself, once the large form could be read.
    "without_token": {"dashboard/clinicians/views.py"},
    # The demo starts its own parts.
    "shell": {"dashboard/demo/processes.py"},
}  # fmt: skip


def python_findings(text: str) -> dict[str, list[int]]:
    """Rule -> lines."""
    tree = ast.parse(text)
    found = {name: sorted({node.lineno for node in rule(tree)}) for name, rule in PYTHON.items()}  # type: ignore[attr-defined]
    return {name: lines for name, lines in found.items() if lines}


def text_findings(rules: dict[str, str], text: str) -> dict[str, list[int]]:
    text = re.sub(r"\{#.*?#\}|<!--.*?-->", lambda comment: "\n" * comment[0].count("\n"), text, flags=re.DOTALL)
    found = {
        name: [text.count("\n", 0, match.start()) + 1 for match in re.finditer(rule, text, re.DOTALL | re.IGNORECASE)]
        for name, rule in rules.items()
    }
    return {name: lines for name, lines in found.items() if lines}
