"""The release's service accounts can do nothing in the cluster, and its pods carry no token of one."""

import pytest
from cluster.control_plane import ControlPlane
from cluster.release import CHART, Release, namespace

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
READS_SECRETS = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}],
}


def rights(plane: ControlPlane, namespace: str, account: str) -> str:
    who = f"--as=system:serviceaccount:{namespace}:{account}"
    groups = [f"--as-group=system:serviceaccounts{each}" for each in ("", f":{namespace}")]
    words = ("auth", "can-i", "--list", "--namespace", namespace, who, *groups, "--as-group=system:authenticated")
    return "\n".join(sorted(plane.kubectl(*words).splitlines()))


def test_an_account_may_what_any_may_and_no_more(plane: ControlPlane) -> None:
    with namespace(plane, "rights") as name:
        release = Release(plane, name, CHART / "ci" / "kind-values.yaml")
        release.install()
        anybodys = rights(plane, name, "default")
        accounts = [each["metadata"]["name"] for each in release.objects("serviceaccounts")]
        assert len(accounts) > 6
        for account in accounts:
            assert rights(plane, name, account) == anybodys
        grant(plane, name, accounts[0])
        assert "secrets" in rights(plane, name, accounts[0]), "a right would be seen"
        release.uninstall()


def grant(plane: ControlPlane, namespace: str, account: str) -> None:
    meta = {"name": "reads-secrets", "namespace": namespace}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": meta,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": meta["name"]},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
    }
    plane.apply({**READS_SECRETS, "metadata": meta}, binding)


def test_no_pod_carries_a_token(plane: ControlPlane) -> None:
    with namespace(plane, "tokens") as name:
        release = Release(plane, name, CHART / "ci" / "kind-values.yaml")
        release.install()
        release.rolled_out()
        pods = release.objects("pods")
        assert len(pods) > 4
        volumes = [volume["name"] for pod in pods for volume in pod["spec"].get("volumes", [])]
        assert not [volume for volume in volumes if volume.startswith("kube-api-access")]
        release.uninstall()
