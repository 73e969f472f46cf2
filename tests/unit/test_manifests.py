"""The files of docs/scale/ are whole manifests, and the commands in them are ones that catalora has."""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from catalora.cli.main import COMMANDS, cli

FOLDER = Path(__file__).parents[2] / "docs" / "scale"


def read(name):
    return list(yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8")))


def find_commands(script):
    words = [shlex.split(line) for line in re.findall(r"^\s*catalora (.*)$", script, re.MULTILINE)]
    assert words
    return words


@pytest.mark.parametrize("script", ["kuberay", "skypilot"])
def test_every_command_is_accepted(script):
    kuberay, skypilot = read("kuberay.yaml"), read("skypilot.yaml")
    text = kuberay[2]["data"]["job.sh"] if script == "kuberay" else skypilot[0]["run"]
    for name, *arguments in find_commands(text):
        assert name in COMMANDS
        cli.get_command(click.Context(cli), name).make_context(name, arguments)


def test_the_kubernetes_job_fits_together():
    claim, job, script = read("kuberay.yaml")
    cluster = job["spec"]["rayClusterSpec"]
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    assert cluster["authOptions"] == {"mode": "token"}
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    images = set()
    for group in groups:
        pod = group["template"]["spec"]
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        assert volumes["data"]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
        assert volumes["job"]["configMap"]["name"] == script["metadata"]["name"]
        (container,) = pod["containers"]
        assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
        images.add(container["image"])
    assert len(images) == 1
    workers = cluster["workerGroupSpecs"][0]["replicas"]
    assert f"--workers {workers}" in script["data"]["job.sh"]


def test_the_rented_machines_have_a_worker_for_each_gpu():
    (task,) = read("skypilot.yaml")
    gpus = task["num_nodes"] * int(task["resources"]["accelerators"].partition(":")[2])
    assert f"--workers {gpus}" in task["run"]
    assert set(task["secrets"]) == {"HF_TOKEN", "RAY_AUTH_TOKEN"}
    assert "hf_" not in (FOLDER / "skypilot.yaml").read_text(encoding="utf-8")
