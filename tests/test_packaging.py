"""What is shipped beside the code: lock files, Dockerfile, Compose file."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from bot.settings import Settings

ROOT = Path(__file__).parent.parent
KNOWN = {field.name.upper() for field in fields(Settings)}
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_holds_a_version_and_hashes_of_each_package_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    packages = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(packages) > 50
    assert [each.split()[0] for each in packages if "==" not in each or "--hash=sha256:" not in each] == []
    assert "://" not in text


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    wanted = {re.split(r"[\[<>=!~ ]", each)[0].casefold().replace(".", "-") for each in project["dependencies"]}
    assert wanted - locked == set()


def test_the_files_for_docker_set_only_settings_that_exist() -> None:
    in_image = set(re.findall(r"\b([A-Z_]{6,})=", DOCKERFILE)) - {"PYTHONUNBUFFERED"}
    assert in_image
    assert in_image <= KNOWN
    assert set(COMPOSE["services"]["bot"]["environment"]) <= KNOWN


def test_the_image_runs_as_a_user_of_its_own_and_has_a_health_check() -> None:
    assert re.search(r"^USER bot$", DOCKERFILE, re.MULTILINE)
    assert "/healthz" in DOCKERFILE
    assert DOCKERFILE.index("USER bot") < DOCKERFILE.index("CMD ")


def test_compose_keeps_the_database_in_a_volume_and_postgres_is_only_on_demand() -> None:
    services = COMPOSE["services"]
    assert "data:/data" in services["bot"]["volumes"]
    assert "profiles" not in services["bot"]
    assert services["postgres"]["profiles"] == ["postgres"]
    assert {"data", "postgres"} == set(COMPOSE["volumes"])
