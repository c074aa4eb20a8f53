"""Signing in and out: password, one-time code, and back out of it.

Whether an address has an account is not to be told from any answer: words, status and time are the same.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from engine.errors import EngineError
from reports.portal import passwords
from reports.portal.accounts import Standing, normal
from reports.portal.passes import Purpose
from reports.portal.visit import Access, Page, Visit
from reports.web.address import counted

_WRONG = "Address or password is not right."
_WRONG_CODE = "That code is not right, or was used before."


def ask(visit: Visit) -> Response:
    """The form."""
    if visit.session and visit.session.whole:
        return visit.go("/")
    return visit.page("sign_in.html", title="Sign in")


def sign_in(visit: Visit) -> Response:
    """Begin a session, if the password is that of the account."""
    email, password = _email(visit), visit.form.get("password", "")
    take(visit, "sign-in", email)
    account = visit.desk.accounts.by_email(email)
    active = account is not None and account.standing is Standing.ACTIVE
    right = passwords.verify(account.password if account and active else None, password)
    if account is None or not right:
        visit.outcome = "wrong password" if account else "unknown address"
        visit.account = account
        return visit.page("sign_in.html", status=401, title="Sign in", wrong=_WRONG, email=email)
    visit.account = account
    assert account.password is not None
    if passwords.stale(account.password):
        visit.desk.accounts.set_password(account.id, passwords.hashed(password))
    visit.desk.limits.forgive("sign-in", email)
    _begin(visit, whole=not account.second_factor)
    return visit.go("/code" if account.second_factor else "/")


def ask_code(visit: Visit) -> Response:
    """The form for the code."""
    return visit.page("code.html", title="One-time code")


def code(visit: Visit) -> Response:
    """Go on with a session of one's own, if the code is right."""
    account = visit.mine
    take(visit, "code", str(account.id))
    if not visit.desk.second_factor.accept(account.id, visit.form.get("code", ""), visit.now):
        visit.outcome = "wrong code"
        return visit.page("code.html", status=401, title="One-time code", wrong=_WRONG_CODE)
    visit.desk.limits.forgive("code", str(account.id))
    _begin(visit, whole=True)
    return visit.go("/")


def sign_out(visit: Visit) -> Response:
    """End this session."""
    if visit.session:
        visit.desk.sessions.end(visit.session.id)
    visit.outcome = "signed out"
    visit.forget()
    return visit.go("/sign-in")


def ask_address(visit: Visit) -> Response:
    """The form for a new password."""
    return visit.page("forgot.html", title="A new password")


def forgot(visit: Visit) -> Response:
    """Mail a key, if there is an account; the answer is the same if not, and does not wait for the mail."""
    email = _email(visit)
    take(visit, "reset", email)
    visit.outcome = "reset asked for"
    visit.afterwards.append(lambda: _mail_a_key(visit, email))
    return visit.message(
        "Look at your mail",
        "If this address has an account, a link to choose a new password is on its way. It works for a short time, and once.",
    )


def _mail_a_key(visit: Visit, email: str) -> None:
    desk = visit.desk
    account = desk.accounts.by_email(email)
    if account is None or account.standing is not Standing.ACTIVE:
        return
    seconds = desk.settings.reset
    key = desk.passes.make(account.id, Purpose.RESET, visit.now + seconds)
    try:
        desk.post.way_in(Purpose.RESET, account.email, desk.address(f"/password/{key}"), seconds, visit.now)
    except EngineError as error:
        desk.said(f"account {account.id}: {error}")


def ask_password(visit: Visit) -> Response:
    """The form that a mailed key opens. Reads only: mail scanners follow every link."""
    if visit.desk.passes.find(visit.path["token"], visit.now) is None:
        visit.outcome = "no such key"
        return _no_key(visit)
    return visit.page("password.html", title="Choose a password", least=passwords.SHORTEST)


def set_password(visit: Visit) -> Response:
    """Set it, once, and end every session of the account."""
    desk, key, password = visit.desk, visit.path["token"], visit.form.get("password", "")
    take(visit, "password", key)
    known = desk.passes.find(key, visit.now)
    account = desk.accounts.by_id(known.account) if known else None
    if account is None:
        visit.outcome = "no such key"
        return _no_key(visit)
    visit.account = account
    why = passwords.refusal(password, account.email)
    if not why and password != visit.form.get("again", ""):
        why = "The two are not the same."
    if why:
        visit.outcome = "password refused"
        return visit.page(
            "password.html", status=400, title="Choose a password", least=passwords.SHORTEST, wrong=why
        )
    if desk.passes.use(key, passwords.hashed(password), visit.now) is None:
        visit.outcome = "no such key"
        return _no_key(visit)
    visit.outcome = "password set"
    visit.forget()
    return visit.page(
        "sign_in.html", title="Sign in", told="Your password is set. Sign in with it.", email=account.email
    )


def take(visit: Visit, what: str, account: str) -> None:
    """Count a try. Raises HTTPException where there were too many."""
    wait = visit.desk.limits.take(what, account, counted(visit.address), visit.now)
    if wait:
        visit.outcome = "too many attempts"
        raise HTTPException(429, headers={"retry-after": str(wait)})


def _begin(visit: Visit, *, whole: bool) -> None:
    """A session with a new key: whatever was known of the one before opens nothing."""
    if visit.session:
        visit.desk.sessions.end(visit.session.id)
    visit.new_token = visit.desk.sessions.begin(visit.mine.id, visit.now, visit.address, whole=whole)
    visit.outcome = "signed in" if whole else "password right"


def _email(visit: Visit) -> str:
    return normal(visit.form.get("email", ""))


def _no_key(visit: Visit) -> Response:
    return visit.message(
        "This link does not work",
        "It works once, and for a limited time. Who has chosen a password before can ask for another link; whoever invited you sends a new"
        " invitation.",
        status=404,
        way=("/forgot", "Ask for another link"),
    )


PAGES = (
    Page("GET", "/sign-in", ask, Access.ANYONE),
    Page("POST", "/sign-in", sign_in, Access.ANYONE, slow=True),
    Page("GET", "/code", ask_code, Access.HALF),
    Page("POST", "/code", code, Access.HALF),
    Page("POST", "/sign-out", sign_out, Access.ANYONE),
    Page("GET", "/forgot", ask_address, Access.ANYONE),
    Page("POST", "/forgot", forgot, Access.ANYONE),
    Page("GET", "/password/{token}", ask_password, Access.ANYONE),
    Page("POST", "/password/{token}", set_password, Access.ANYONE, slow=True),
)
