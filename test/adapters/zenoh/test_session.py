# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

import zenoh
from waiting import wait_for
from zenoh_net import free_endpoint, session_at

from suwon_fleet.adapters.zenoh.session import SessionSettings, lease_s_of, mode_of, open_session
from suwon_fleet.core.errors import BadInput, Unreachable
from suwon_fleet.robot import Connection


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"mode": "hermit"}, "mode: error: 'hermit' is none"),
        ({"mode": "router", "region": "suseo"}, "region: error: 'suseo' means nothing to a router"),
        ({"regions": ["suseo"]}, "regions: error: .* means nothing to a peer"),
        ({"listen": ["nonsense"]}, "listen/endpoints: error: .*nonsense"),
        ({"connect": ["tcp/"]}, "error"),
        ({"file": "/no/such.json5"}, "/no/such.json5: error: no such file"),
        ({"listen": ["tcp/256.1.1.1:1"]}, "tcp/256.1.1.1:1: error"),
        (
            {"tls_certificate": "/no.pem", "tls_private_key": "/no.key"},
            r"tls: error: without authority \(ca\) nobody",
        ),
        (
            {"tls_ca": "/no.pem", "tls_certificate": "/no.pem"},
            "tls: error: without private key nobody",
        ),
        (
            {"tls_ca": "/no.pem", "tls_private_key": "/no.key"},
            "tls: error: without certificate nobody",
        ),
        ({"lease_s": 0.01}, r"lease: error: 0\.01 s"),
    ],
)
def test_settings_that_cannot_be_are_one_clear_error(
    settings: dict[str, object], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        open_session(SessionSettings(**settings)).close()  # type: ignore[arg-type]


def test_a_port_that_is_taken_is_named() -> None:
    endpoint = free_endpoint()
    with (
        session_at(listen=[endpoint]),
        pytest.raises(BadInput, match=f"{endpoint}: error: .*"),
    ):
        open_session(SessionSettings(listen=[endpoint])).close()


def test_a_client_that_finds_nobody_is_told_so() -> None:
    with pytest.raises(Unreachable):
        open_session(SessionSettings(mode="client", connect=[free_endpoint()]))


def test_a_file_is_laid_under_the_settings(tmp_path: Path) -> None:
    endpoint, file = free_endpoint(), tmp_path / "zenoh.json5"
    file.write_text(f'{{listen: {{endpoints: ["{endpoint}"]}}, scouting: {{timeout: 5}}}} // ours')
    with (
        session_at(file=str(file)) as one,
        session_at(mode="client", connect=[endpoint]) as other,
    ):
        heard: list[bytes] = []
        one.declare_subscriber("x", lambda sample: heard.append(sample.payload.to_bytes()))
        wait_for(lambda: other.put("x", b"it") or heard)
    file.write_text("{listen: [")
    with pytest.raises(BadInput, match=r"zenoh\.json5: error"):
        SessionSettings(file=str(file)).config()


def test_what_a_file_says_stays_unless_something_else_is_given(tmp_path: Path) -> None:
    file, lease = tmp_path / "zenoh.json5", "transport/link/tx/lease"
    tls = "{root_ca_certificate: '/ca.pem', enable_mtls: true, close_link_on_expiration: false}"
    file.write_text(f"{{mode: 'client', transport: {{link: {{tx: {{lease: 5000}}, tls: {tls}}}}}}}")
    config = SessionSettings(file=str(file)).config()
    assert (mode_of(config), lease_s_of(config)) == ("client", 5.0)
    assert config.get_json("scouting/multicast/enabled") == "false"  # it does not say
    assert config.get_json("transport/link/tls/close_link_on_expiration") == "false"
    given = SessionSettings(
        file=str(file), mode="router", lease_s=2.0, tls_ca="/other.pem"
    ).config()
    assert (mode_of(given), json.loads(given.get_json(lease))) == ("router", 2000)
    assert given.get_json("transport/link/tls/enable_mtls") == "true"
    with pytest.raises(BadInput, match="'suseo' means nothing to a client"):
        SessionSettings(file=str(file), region="suseo").config()
    both = {"tls_certificate": "/1.pem", "tls_private_key": "/1.key"}
    assert "1.key" in str(
        SessionSettings(file=str(file), **both).config()
    )  # its authority is the file's


@pytest.mark.parametrize("key", ["scouting/multicast/enabled", "scouting/gossip/enabled"])
def test_nobody_is_looked_for_who_was_not_named(key: str) -> None:
    assert SessionSettings().config().get_json(key) == "false"
    assert Connection([]).zenoh_config().get_json(key) == "false"


def test_whose_certificate_has_expired_is_disconnected() -> None:
    key = "transport/link/tls/close_link_on_expiration"
    assert SessionSettings().config().get_json(key) == "true"
    assert Connection([]).zenoh_config().get_json(key) == "true"


def test_both_sides_have_the_same_lease() -> None:
    key = "transport/link/tx/lease"
    assert SessionSettings().config().get_json(key) == "1000"
    assert Connection([]).zenoh_config().get_json(key) == "1000"


def test_a_robot_may_have_a_connection_for_commands_alone() -> None:
    endpoint = free_endpoint()
    with session_at(listen=[endpoint]) as fleet:
        config = Connection([endpoint], priority_links=True).zenoh_config()
        with zenoh.open(config) as robot:
            wait_for(lambda: len(robot.info.links()) == 2)
            heard: list[bytes] = []
            robot.declare_subscriber("x", lambda sample: heard.append(sample.payload.to_bytes()))
            for priority in (zenoh.Priority.REAL_TIME, zenoh.Priority.DATA):
                heard.clear()
                wait_for(
                    lambda priority=priority: fleet.put("x", b"it", priority=priority) or heard
                )


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder with a certificate that signs, and those of a fleet and a robot."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out"
    names = "-addext subjectAltName=DNS:localhost,IP:127.0.0.1"
    commands = [f"{key} ca.key", "openssl req -x509 -new -key ca.key -subj /CN=ca -out ca.pem"]
    for name in ("fleet", "robot"):
        request = f"openssl req -x509 -new -CA ca.pem -CAkey ca.key -key {name}.key"
        end = "-addext basicConstraints=CA:FALSE"
        commands += [
            f"{key} {name}.key",
            f"{request} -subj /CN={name} {names} {end} -out {name}.pem",
        ]
    for command in commands:
        subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


def test_with_certificates_only_who_has_one_comes_in(certificates: Path) -> None:
    def files(name: str) -> dict[str, str]:
        return {
            "tls_ca": str(certificates / "ca.pem"),
            "tls_certificate": str(certificates / f"{name}.pem"),
            "tls_private_key": str(certificates / f"{name}.key"),
        }

    endpoint = free_endpoint().replace("tcp/127.0.0.1", "tls/localhost")
    with session_at(listen=[endpoint], **files("fleet")) as fleet:
        heard: list[bytes] = []
        fleet.declare_subscriber("x", lambda sample: heard.append(sample.payload.to_bytes()))
        stranger = Connection([endpoint], tls_ca=files("robot")["tls_ca"])
        with pytest.raises(zenoh.ZError):
            zenoh.open(stranger.zenoh_config()).close()
        with zenoh.open(Connection([endpoint], **files("robot")).zenoh_config()) as robot:
            wait_for(lambda: robot.put("x", b"it") or heard)
