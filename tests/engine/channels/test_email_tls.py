"""Mail over TLS, with a login, to a server that an authority of the test's own vouches for."""

from __future__ import annotations

import ssl

import pytest
import trustme
from aiosmtpd.smtp import AuthResult

from engine.channels.door import LaterError
from engine.channels.email import Email
from tests.engine.channels.servers import mail_server
from tests.engine.channels.test_email import mail, page


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def ca_file(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path / "ca.pem"


def _login(server, session, envelope, mechanism, given):
    return AuthResult(success=(given.login, given.password) == (b"desk", b"geheim"), handled=False)


@pytest.fixture(params=["starttls", "tls"])
def secured(request, authority, sink):
    """A server that takes nothing without TLS and a login: its port and how it is spoken to."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    how = (
        {"tls_context": context, "require_starttls": True}
        if request.param == "starttls"
        else {"ssl_context": context, "auth_require_tls": False}
    )
    server = mail_server(sink, authenticator=_login, auth_required=True, **how)
    yield server.port, request.param
    server.stop()


def settings(secured, **more):
    port, security = secured
    return mail(port, security=security, user="desk", **more)


def test_a_mail_leaves_by_tls_and_login(secured, sink, ca_file):
    way = Email(settings(secured, password="geheim", ca_file=ca_file))
    assert way.send(page()) == "250 queued as 1"
    way.close()
    assert sink.taken[0][0] == ["lead@msp.example"]


def test_a_wrong_password_is_said_without_it(secured, sink, ca_file):
    with pytest.raises(LaterError, match="535") as caught:
        Email(settings(secured, password="falschgeheim", ca_file=ca_file)).send(page())
    assert caught.value.outage and sink.taken == []
    assert "geheim" not in str(caught.value) and "ZmFsc2No" not in str(caught.value)


def test_a_server_that_nobody_vouches_for_gets_nothing(secured, sink):
    with pytest.raises(LaterError, match=r"(?i)certificate") as caught:
        Email(settings(secured, password="geheim")).send(page())
    assert caught.value.outage and sink.taken == []
