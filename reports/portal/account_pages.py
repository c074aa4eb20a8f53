"""A person's own account: sessions, password, second factor, and the addresses that it has given out."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from engine.errors import EngineError
from reports.portal import passwords
from reports.portal.links import Kind, Link
from reports.portal.second_factor import address as otp_address
from reports.portal.sign_in import take
from reports.portal.visit import Page, Visit
from reports.portal.words import moment

MOST_LINKS = 20
"""Calendars and badges of one account at a time."""

_PATHS = {Kind.BADGE: "/badge/{}.svg", Kind.FEED: "/calendar/{}.ics"}


def account(visit: Visit) -> Response:
    """Everything about it."""
    return _account(visit)


def _account(visit: Visit, *, status: int = 200, **told: object) -> Response:
    desk, mine = visit.desk, visit.mine
    with visit.view() as view:
        zone, customer = view.zone, view.title
    assert visit.session is not None
    return visit.page(
        "account.html",
        status=status,
        title="Account",
        here="/account",
        customer=customer,
        email=mine.email,
        sessions=[
            {
                "began": moment(one.began, zone, visit.now),
                "seen": moment(one.seen, zone, visit.now),
                "address": one.address,
                "this": one.id == visit.session.id,
            }
            for one in desk.sessions.of(mine.id, visit.now)
        ],
        second_factor=mine.second_factor,
        codes_left=desk.second_factor.left(mine.id) if mine.second_factor else 0,
        links=[_link(one, zone, visit.now) for one in _own_links(visit)],
        zone=zone,
        least=passwords.SHORTEST,
        **told,
    )


def _own_links(visit: Visit) -> list[Link]:
    return [
        one
        for one in visit.desk.links.all(visit.mine.customer)
        if one.kind in _PATHS and one.account == visit.mine.id and one.works(visit.now)
    ]


def _link(one: Link, zone: str, now: int) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": "Calendar of due times" if one.kind is Kind.FEED else "Status badge",
        "made": moment(one.made, zone, now),
        "used": moment(one.used, zone, now) if one.used else "not yet",
    }


def change_password(visit: Visit) -> Response:
    """Another password, for whoever knows the one before; every other session ends."""
    desk, mine = visit.desk, visit.mine
    _take_as_owner(visit)
    password = visit.form.get("password", "")
    why = passwords.refusal(password, mine.email)
    if not why and password != visit.form.get("again", ""):
        why = "The two are not the same."
    if not passwords.verify(mine.password, visit.form.get("present", "")):
        why = "The present password is not right."
    if why:
        visit.outcome = "password refused"
        return _account(visit, status=400, wrong=why)
    desk.limits.forgive("password", str(mine.id))
    desk.accounts.set_password(mine.id, passwords.hashed(password))
    desk.sessions.end_all(mine.id)
    visit.new_token = desk.sessions.begin(mine.id, visit.now, visit.address, whole=True)
    visit.outcome = "password changed"
    visit.afterwards.append(lambda: _say_changed(visit))
    return visit.go("/account")


def _say_changed(visit: Visit) -> None:
    desk, mine = visit.desk, visit.mine
    try:
        desk.post.changed(mine.email, desk.address("/forgot"), visit.now)
    except EngineError as error:
        desk.said(f"account {mine.id}: {error}")


def sign_out_everywhere(visit: Visit) -> Response:
    """End every session, this one too."""
    visit.desk.sessions.end_all(visit.mine.id)
    visit.outcome = "signed out everywhere"
    visit.forget()
    return visit.go("/sign-in")


def begin_second_factor(visit: Visit) -> Response:
    """Make a secret, for whoever knows the password."""
    if not _owner(visit):
        return _not_owner(visit)
    visit.desk.second_factor.ask(visit.mine.id)
    return visit.go("/account/code")


def ask_first_code(visit: Visit) -> Response:
    """The secret as a picture, and the form for its first code."""
    return _first_code(visit)


def _first_code(visit: Visit, *, status: int = 200, wrong: str = "") -> Response:
    import segno
    from markupsafe import Markup

    secret = visit.desk.second_factor.asked(visit.mine.id)
    if secret is None:
        return visit.go("/account")
    picture = segno.make(otp_address(secret, visit.mine.email, visit.desk.settings.title), error="m")
    svg = picture.svg_inline(scale=4, border=4, dark="#000", light="#fff", svgclass="code", lineclass=None)
    return visit.page(
        "first_code.html",
        status=status,
        title="Set up one-time codes",
        here="/account",
        picture=Markup(svg),  # noqa: S704 - made of squares, by the library
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        wrong=wrong,
    )


def confirm_second_factor(visit: Visit) -> Response:
    """Ask for codes from now on, once the first has shown that the secret arrived."""
    take(visit, "code", str(visit.mine.id))
    codes = visit.desk.second_factor.confirm(visit.mine.id, visit.form.get("code", ""), visit.now)
    if not codes:
        visit.outcome = "wrong code"
        return _first_code(
            visit, status=400, wrong="That code is not right. Is the clock of your telephone right?"
        )
    visit.desk.limits.forgive("code", str(visit.mine.id))
    visit.outcome = "second factor on"
    return visit.page("codes.html", title="Recovery codes", here="/account", codes=codes)


def drop_second_factor(visit: Visit) -> Response:
    """Do without, for whoever knows the password."""
    if not _owner(visit):
        return _not_owner(visit)
    visit.desk.second_factor.drop(visit.mine.id)
    visit.outcome = "second factor off"
    return visit.go("/account")


def make_link(visit: Visit) -> Response:
    """A new badge or calendar, whose address is told this once."""
    kind = {"badge": Kind.BADGE, "feed": Kind.FEED}.get(visit.form.get("kind", ""))
    if kind is None:
        raise HTTPException(400)
    if len(_own_links(visit)) >= MOST_LINKS:
        visit.outcome = "too many links"
        return _account(visit, status=400, wrong_links=f"{MOST_LINKS} are enough: end one first.")
    token = visit.desk.links.make(kind, visit.mine.customer, visit.now, account=visit.mine.id)
    visit.outcome = f"{kind.value} made"
    return _account(
        visit, made={"kind": kind.value, "address": visit.desk.address(_PATHS[kind].format(token))}
    )


def revoke_link(visit: Visit) -> Response:
    """End one of one's own."""
    number = visit.path["number"]
    if number not in {str(one.id) for one in _own_links(visit)}:
        raise HTTPException(404)
    visit.desk.links.revoke(int(number), visit.now, customer=visit.mine.customer)
    visit.outcome = "link revoked"
    return visit.go("/account")


def _owner(visit: Visit) -> bool:
    """Whether the form has the account's password: a session that was left open is not enough to change how one signs in."""
    _take_as_owner(visit)
    if not passwords.verify(visit.mine.password, visit.form.get("present", "")):
        return False
    visit.desk.limits.forgive("password", str(visit.mine.id))
    return True


def _take_as_owner(visit: Visit) -> None:
    take(visit, "password", str(visit.mine.id))


def _not_owner(visit: Visit) -> Response:
    visit.outcome = "wrong password"
    return _account(visit, status=400, wrong_owner="The password is not right.")


PAGES = (
    Page("GET", "/account", account),
    Page("POST", "/account/password", change_password, slow=True),
    Page("POST", "/account/sign-out", sign_out_everywhere),
    Page("GET", "/account/code", ask_first_code),
    Page("POST", "/account/code", begin_second_factor, slow=True),
    Page("POST", "/account/code/first", confirm_second_factor),
    Page("POST", "/account/code/off", drop_second_factor, slow=True),
    Page("POST", "/account/links", make_link),
    Page("POST", "/account/links/{number}", revoke_link),
)
