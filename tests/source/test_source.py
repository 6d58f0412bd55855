"""No forbidden thing stands in the source, and each rule finds what it is there for."""

from functools import cache

import pytest
from django.apps import apps

from tests.source import rules
from tests.source.rules import ALLOWED, PYTHON, ROOT, SCRIPT, TEMPLATE, python_findings, text_findings

OURS = [path for folder in ("corti_gateway", "dashboard") for path in sorted((ROOT / folder).rglob("*.py"))]
SOURCES = [path for path in OURS if "migrations" not in path.parts] + [ROOT / "manage.py", ROOT / "gunicorn.conf.py"]
TEMPLATES = sorted([*ROOT.glob("templates/**/*.html"), *ROOT.glob("templates/**/*.jinja")])
SCRIPTS = sorted(ROOT.glob("static/js/*.js"))

# One line for each way of doing it.
PLANTED = {
    "marked_safe": ["mark_safe(text)", "x = safestring.SafeString(f'<b>{name}</b>')", "return_(Markup(text))"],
    "other_http": ["import requests", "from urllib.request import urlopen", "from http import client", "import ssl"],
    "composed_sql": [
        "cursor.execute(f'SELECT * FROM t WHERE name = {name}')",
        "cursor.execute('DELETE FROM t WHERE name = ' + name)",
        "cursor.execute('UPDATE t SET a = %s' % a)",
        "cursor.execute('SELECT {}'.format(a))",
        "User.objects.raw(text)",
        "rows.annotate(x=RawSQL(text, []))",
        "rows.extra(where=[text])",
    ],
    "no_tenant": [
        "Membership.objects.all()",
        "Clinician.objects.filter(assigned_user_id=one).first()",
        "models.Entry.objects.using('audit').filter(user=1).order_by('number')",
        "get_object_or_404(IndexedInteraction.objects, key=key)",
        "Tally._default_manager.filter(axis=1)",
        "Clinician.objects.bulk_create([Clinician(name=name)])",
    ],
    "unverified": [
        "session.get(url, verify=False)",
        "session.verify = False",
        "context.check_hostname = False",
        "context.verify_mode = ssl.CERT_NONE",
        "ssl._create_unverified_context()",
    ],
    "without_token": [
        "from x import csrf_exempt as y\n@decorators.csrf_exempt\ndef view(request): ...",
        "csrf_exempt(v)",
    ],
    "evaluated": ["eval(text)", "exec(text)", "pickle.loads(body)", "yaml.load(body)", "__import__(name)"],
    "shell": ["subprocess.run(line, shell=True)", "os.system(line)", "subprocess.Popen([name])", "os.popen(line)"],
    "unescaped": ["Environment(autoescape=False)", "{}.update(autoescape=False)"],
}
HARMLESS = """
def shown(text: SafeString) -> SafeString:
    return format_html("<b>{}</b>", text)
cursor.execute("SELECT name FROM t WHERE tenant = %s", [tenant])
words = f"Selected {rows} rows" + "UPDATED"
Clinician.objects.filter(tenant=tenant, assigned_user_id=one).order_by("name").first()
Entry.objects.using("audit").filter(tenant=tenant)
Clinician.objects.bulk_create([Clinician(tenant=tenant, name=name)])
User.objects.filter(username=name)
re.compile(pattern)
json.loads(body)
session.get(url, verify=True)
from http import HTTPStatus
"""
PLANTED_IN_TEMPLATES = {
    "safe filter": ["{{ name|safe }}", "{{ names | safeseq }}"],
    "autoescape": ["{% autoescape off %}", "{%- autoescape false %}", "{% filter safe %}"],
    "inline script": ["<script>alert(1)</script>", '<script type="module">x</script>', "<SCRIPT>x</SCRIPT>"],
    "inline style": ["<style>b {}</style>", '<b style="color: red">', "<b style=''>"],
    "inline handler": ['<b onclick="x()">', "<b\nonload='x'>", '<b hx-on:click="x">', '<b hx-on::load="x">'],
    "script in an attribute": [
        '<a href="javascript:alert(1)">', "<b hx-vals='js:{a: b()}'>", """<b hx-vals="js:{a: 1}">""",
    ],
    "attribute without quotes": ["<b title={{ name }}>", "<input value={{ value }}>"],
    "other host": ['<script src="https://cdn.example/x.js"></script>', "<img src='//elsewhere/x'>"],
    "form without a token": ['<form method="post"><button>x</button></form>'],
}  # fmt: skip
HARMLESS_IN_TEMPLATES = """
{# {{ name|safe }} <script>x</script> #}
<script src="{% static 'js/app.js' %}" defer></script>
<a href="{{ url }}" title="On this page: {{ name }}" class="button-once" data-style="x">Only one style of safe</a>
<form method="post">{% csrf_token %}<button>x</button></form><form method="get"><button>x</button></form>
<option value="{{ one }}"{% if chosen %} selected{% endif %}>
"""
PLANTED_IN_SCRIPTS = {
    "markup from text": [
        "node.innerHTML = text;",
        "node.insertAdjacentHTML('beforeend', text)",
        "document.write(text)",
    ],
    "text as a program": ["eval(text)", "new Function(text)", 'setTimeout("x()", 1)'],
    "kept in the browser": ["localStorage.setItem('a', b)", "caches.open('a')", "indexedDB.open('a')"],
    "another host": ['fetch("https://elsewhere.example")'],
}


def relative(path):
    return str(path.relative_to(ROOT))


def is_allowed(rule, path):
    own_sql = rule == "composed_sql" and path.startswith("dashboard/index/")
    return own_sql or path in ALLOWED.get(rule, ())


@cache
def found_in_sources():
    return {
        (rule, relative(path), line)
        for path in SOURCES
        for rule, lines in python_findings(path.read_text()).items()
        for line in lines
    }


def test_no_source_breaks_a_rule_but_where_that_is_written_down():
    assert len(SOURCES) > 200
    assert sorted(one for one in found_in_sources() if not is_allowed(*one[:2])) == []


def test_every_exception_that_is_written_down_is_still_needed():
    found = {(rule, path) for rule, path, _ in found_in_sources()}
    assert {(rule, path) for rule, paths in ALLOWED.items() for path in paths} <= found


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_no_template_breaks_a_rule(path):
    assert text_findings(TEMPLATE, path.read_text()) == {}


@pytest.mark.parametrize("path", SCRIPTS, ids=relative)
def test_no_script_breaks_a_rule(path):
    assert text_findings(SCRIPT, path.read_text()) == {}


def test_every_rule_is_tried():
    assert (set(PLANTED), set(PLANTED_IN_TEMPLATES), set(PLANTED_IN_SCRIPTS)) == (
        set(PYTHON), set(TEMPLATE), set(SCRIPT),
    )  # fmt: skip


@pytest.mark.parametrize(("rule", "sample"), [(rule, one) for rule, some in PLANTED.items() for one in some])
def test_a_rule_finds_what_is_planted(rule, sample):
    assert rule in python_findings(f"import re\n{sample}\n")


@pytest.mark.parametrize(
    ("rule", "sample"), [(rule, one) for rule, some in PLANTED_IN_TEMPLATES.items() for one in some]
)
def test_a_rule_for_templates_finds_what_is_planted(rule, sample):
    assert rule in text_findings(TEMPLATE, f"<p>before</p>\n{sample}\n<p>after</p>")


@pytest.mark.parametrize(("rule", "sample"), [(rule, one) for rule, some in PLANTED_IN_SCRIPTS.items() for one in some])
def test_a_rule_for_scripts_finds_what_is_planted(rule, sample):
    assert rule in text_findings(SCRIPT, sample)


def test_nothing_is_found_where_nothing_is():
    assert python_findings(HARMLESS) == {}
    assert text_findings(TEMPLATE, HARMLESS_IN_TEMPLATES) == {}
    assert text_findings(SCRIPT, 'node.textContent = text; const a = "/x/"; setTimeout(() => x(), 1);') == {}


def test_every_table_whose_rows_have_a_tenant_is_known_to_the_rule():
    ours = [model for model in apps.get_models() if model.__module__.startswith("dashboard.")]
    assert {model.__name__ for model in ours if hasattr(model, "tenant")} == rules.OF_A_TENANT
