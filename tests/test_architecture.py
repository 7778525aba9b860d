"""The house: who may import whom, how long a function may be, and that what is written about it is true."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GIS_STANDS_ON = {
    "numpy",
    "shapely",
    "pyproj",
    "pyogrio",
    "geojson",
    "PIL",
    "pyarrow",
    "reportlab",
    "cv2",
    "gis",
    "numba",
    "sklearn",
    "scipy",
}


def tracked(*patterns: str) -> list[Path]:
    """Files of the repository, whether or not they are committed yet."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in found if name and (ROOT / name).is_file()]


def code() -> list[Path]:
    return [path for path in tracked("*.py") if path.parts[len(ROOT.parts)] in ("app", "gis")]


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_every_convention_of_the_participants_rooms_has_a_test() -> None:
    stated = {int(n) for n in re.findall(r"^(\d+)\. ", (ROOT / "docs/conventions.md").read_text(), re.M)}
    texts = (path.read_text() for path in tracked("tests/**/test_*.py"))
    shown = {int(n) for text in texts for n in re.findall(r"mark\.rule\((\d+)\)", text)}
    assert {*range(1, 30), 50} <= stated
    assert stated == shown


def test_the_import_contracts_hold() -> None:
    """In a process of its own: import-linter configures logging for everyone."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--config", "setup.cfg", "--no-cache"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("path", tracked("gis/*.py", "gis/**/*.py"), ids=lambda p: p.name)
def test_gis_stands_on_geometry_alone(path: Path) -> None:
    outside = {name.split(".")[0] for name in imported(path)} - set(sys.stdlib_module_names) - GIS_STANDS_ON
    assert outside == set()
    assert not {"datetime", "time", "random", "secrets"} & imported(path), "values in, values out: no clock, no chance"


@pytest.mark.parametrize("path", tracked("app/web/*.py", "app/maps.py", "app/cli/*.py"), ids=lambda p: p.name)
def test_the_edges_never_speak_sql(path: Path) -> None:
    assert not {name for name in imported(path) if name.split(".")[0] in ("sqlalchemy", "geoalchemy2", "psycopg")}


def test_only_the_edges_open_transactions_and_nobody_commits() -> None:
    for path in code():
        text = path.read_text()
        assert ".commit()" not in text, path
        if "services" in path.parts:
            assert not re.search(r"\.(writing|reading)\(\)", text), path


def test_only_the_gate_makes_layers() -> None:
    makers = {
        path.name for path in tracked("app/*.py", "app/**/*.py") if re.search(r"\bLayer(\.of)?\(", path.read_text())
    }
    assert makers == {"publication.py"}


def javascript_imports(path: Path) -> set[str]:
    return set(re.findall(r"""^\s*import\b[^"']*["']([^"']+)["']""", path.read_text(), re.M))


@pytest.mark.parametrize("path", tracked("static/maps/**/*.js"), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_the_browser_side_keeps_its_layers(path: Path) -> None:
    room = path.relative_to(ROOT / "static" / "maps").parts[0]
    if room == "service_worker.js":
        assert not javascript_imports(path), "a worker of its own, between the page and the network"
        return
    allowed = {"core": {"core"}, "map": {"core", "map"}, "pages": {"core", "map", "pages"}}[room]
    for name in javascript_imports(path):
        if name == "leaflet":
            assert room == "map"
        else:
            assert name.startswith("."), name
            target = (path.parent / name).resolve()
            assert target.is_file(), name
            assert target.relative_to(ROOT / "static" / "maps").parts[0] in allowed
    text = path.read_text()
    if path.name != "api.js":
        assert not re.search(r"\bfetch\(", text), "only core/api.js fetches"
    if path.name != "database.js":
        assert "indexedDB" not in text, "only core/database.js keeps things"
    if room == "core":
        assert not re.search(r"\b(document|window)\.", text), "core has no DOM"


def functions() -> list[tuple[str, int]]:
    found = []
    for path in code():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                found.append((f"{path.relative_to(ROOT)}:{node.name}", node.end_lineno - node.lineno + 1))
    return found


def test_functions_are_short() -> None:
    sizes = sorted(size for _, size in functions())
    assert [name for name, size in functions() if size > 50] == []
    assert sizes[int(len(sizes) * 0.9)] <= 25


def test_modules_are_short() -> None:
    assert [path.name for path in code() if path.read_text().count("\n") > 400] == []


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    names = {path.stem for path in tracked("*.py", "*.js")}
    assert not names & {"utils", "util", "helpers", "helper", "manager", "misc", "common"}


def test_importing_does_nothing() -> None:
    """No database, no file, no network: importing every module leaves no trace."""
    names = [".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for p in code()]
    program = f"import importlib, os; [importlib.import_module(n) for n in {names!r}]; print(os.listdir())"
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd="/", capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr[-800:]
    assert found.stderr == ""


def test_no_exception_is_swallowed() -> None:
    for path in code():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler):
                assert not (len(node.body) == 1 and isinstance(node.body[0], ast.Pass)), path


def test_every_public_thing_says_what_its_signature_cannot() -> None:
    """Modules and public classes carry a docstring."""
    for path in code():
        tree = ast.parse(path.read_text())
        if path.name != "__init__.py" or path.read_text().strip():
            assert ast.get_docstring(tree), path


README = (ROOT / "README.md").read_text() if (ROOT / "README.md").exists() else ""


def test_the_tree_in_the_readme_is_the_tree() -> None:
    block = re.search(r"```tree\n(.*?)```", README, re.S)
    assert block is not None
    named = set(re.findall(r"^(\S+?)/?(?:\s{2,}|$)", block[1], re.M))
    top = {p.relative_to(ROOT).parts[0] for p in tracked()} - {".gitignore"}
    assert named == top


@pytest.mark.parametrize(
    "folder", ["app", "app/cli", "app/model", "app/services", "app/services/borgen", "app/store", "app/web", "gis"]
)
def test_every_module_is_named_in_the_architecture_page(folder: str) -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    names = {path.stem for path in tracked(f"{folder}/*.py") if path.parent == ROOT / folder} - {"__init__"}
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_the_readmes_pictures_and_links_are_there() -> None:
    for path in tracked("*.md", "docs/*.md", "docs/**/*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)\)", path.read_text()):
            if not target.startswith(("http", "mailto:")):
                assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make (\w+)", README):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_ci_calls_make_test_and_nothing_else() -> None:
    lines = [line for line in (ROOT / ".ci" / "run").read_text().split("\n") if line and not line.startswith("#")]
    assert lines == ["set -eu", 'cd "$(dirname "$0")/.."', "exec make test"]


def test_versions_are_locked() -> None:
    locked = {line.split("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text().split()}
    wanted = re.findall(r"^    ([\w.-]+)(?:\[\w+\])? [><=]=", (ROOT / "setup.cfg").read_text(), re.M)
    assert {name.lower() for name in wanted} - locked == set()


def test_every_library_has_its_reason_in_a_decision() -> None:
    page = (ROOT / "docs" / "decisions" / "0003-libraries.md").read_text().lower()
    wanted = re.findall(r"^    ([\w.-]+)(?:\[\w+\])? [><=]=", (ROOT / "setup.cfg").read_text(), re.M)
    assert [name for name in wanted if f"`{name.lower()}`" not in page] == []


def test_nothing_speaks_of_where_it_was_made() -> None:
    """The repository speaks of the product alone."""
    for path in tracked():
        if (
            path.suffix in (".py", ".md", ".js", ".html", ".css", ".cfg", ".toml", ".sh", "")
            and "constraints" not in path.name
        ):
            text = path.read_text(errors="replace")
            assert not re.search(r"/(home|root|work|Users)/\w", text), path
