"""Health data leaves this machine over TLS or not at all, and every refusal says what to do."""

import socket

import pytest

from medexpro.config import listening
from medexpro.config.listening import ListeningRefused


@pytest.fixture
def certificate(tmp_path):
    files = {"MEDEXPRO_CERT": tmp_path / "cert.pem", "MEDEXPRO_KEY": tmp_path / "key.pem"}
    for path in files.values():
        path.write_text("not read here")
    return {name: str(path) for name, path in files.items()}


def test_alone_it_is_this_machine_only():
    where = listening.plan({})
    assert (where.bind, where.port, where.url) == ("127.0.0.1", 8000, "http://localhost:8000")
    assert where.settings == {}


@pytest.mark.parametrize("environ", [
    {"MEDEXPRO_HOST": "practice.example.org"},
    {"MEDEXPRO_HOST": "192.168.1.10"},
    {"MEDEXPRO_BIND": "0.0.0.0"},
])  # fmt: skip
def test_plain_http_for_others_is_refused(environ):
    with pytest.raises(ListeningRefused, match="not served over plain http"):
        listening.plan(environ)


def test_a_name_with_a_certificate_is_served_to_all(certificate):
    where = listening.plan({"MEDEXPRO_HOST": "practice.example.org", "PORT": "8443"} | certificate)
    assert (where.bind, where.url) == ("0.0.0.0", "https://practice.example.org:8443")
    assert where.settings["BEHIND_TLS"] == "1"
    assert where.settings["TRUSTED_PROXIES"] == "0"  # Nobody in between may name a visitor's address.
    assert where.settings["ALLOWED_HOSTS"].startswith("practice.example.org,")


def test_behind_a_declared_proxy_it_stays_on_this_machine():
    where = listening.plan({"MEDEXPRO_HOST": "practice.example.org", "BEHIND_TLS": "1"})
    assert (where.bind, where.url) == ("127.0.0.1", "https://practice.example.org")
    assert where.settings["TRUSTED_PROXIES"] == "1"
    assert where.settings["PUBLIC_URL"] == "https://practice.example.org"


@pytest.mark.parametrize(("environ", "sentence"), [
    ({"PORT": "eighty"}, "Write a number from 1 to 65535"),
    ({"PORT": "70000"}, "Write a number from 1 to 65535"),
    ({"BEHIND_TLS": "1"}, "set MEDEXPRO_HOST"),
    ({"MEDEXPRO_HOST": "https://practice.example.org"}, "Write the name alone"),
    ({"MEDEXPRO_HOST": "practice.example.org", "MEDEXPRO_CERT": "/nowhere/a.pem"}, "go together"),
    ({"MEDEXPRO_HOST": "practice.example.org", "MEDEXPRO_CERT": "/nowhere/a", "MEDEXPRO_KEY": "/nowhere/b"},
     "can't be read"),
])  # fmt: skip
def test_a_wrong_setting_is_a_sentence(environ, sentence):
    with pytest.raises(ListeningRefused, match=sentence):
        listening.plan(environ)


def test_a_certificate_needs_its_name(certificate):
    with pytest.raises(ListeningRefused, match="the name it was issued for"):
        listening.plan(certificate)


def test_a_taken_port_is_a_sentence():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ListeningRefused, match=f"Port {port} is in use"):
            listening.refuse_taken_port(listening.plan({"PORT": str(port)}))


def test_what_somebody_set_themselves_is_not_overwritten():
    environ = {
        "MEDEXPRO_HOST": "practice.example.org",
        "BEHIND_TLS": "1",
        "TRUSTED_PROXIES": "2",
        "PATH": "/bin",
    }
    made = listening.environment(listening.plan(environ), environ)
    assert (made["TRUSTED_PROXIES"], made["PATH"]) == ("2", "/bin")
    assert made["ALLOWED_HOSTS"].startswith("practice.example.org,")


@pytest.mark.parametrize(("environ", "sentence"), [
    ({"MEDEXPRO_HOST": "practice.example.org", "BEHIND_TLS": "1", "MEDEXPRO_DEMO": "1"}, "known to everyone"),
    ({"MEDEXPRO_HOST": "practice.example.org", "BEHIND_TLS": "1", "MEDEXPRO_DEBUG": "1"}, "MEDEXPRO_DEBUG shows"),
    ({"MEDEXPRO_NOW": "2026-10-13T09:30:00-05:00"}, "stops the clock"),
])  # fmt: skip
def test_what_is_for_trying_out_is_not_for_a_real_practice(environ, sentence):
    with pytest.raises(ListeningRefused, match=sentence):
        listening.plan(environ)
    listening.plan({"MEDEXPRO_DEMO": "1", "MEDEXPRO_NOW": "2026-10-13T09:30:00-05:00"})


def test_links_in_the_demos_letters_lead_back_to_it():
    where = listening.plan({"PORT": "8123"})
    assert listening.environment(where, {"MEDEXPRO_DEMO": "1"})["PUBLIC_URL"] == "http://localhost:8123"
    assert "PUBLIC_URL" not in listening.environment(where, {})
