"""People, their accounts and their posts."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q

from hienluong.directory.actors import Actor
from hienluong.directory.commands.administrators import keep_an_administrator
from hienluong.directory.errors import (
    AccountClosed,
    AlreadyEnded,
    PersonRefused,
    PostNotHeld,
    PostOverlaps,
    PostRefused,
)
from hienluong.directory.events import AccountOpened, PasswordSet, PersonDeactivated, PostAssigned, PostEnded
from hienluong.directory.models import Agency, Person, Post, User
from hienluong.directory.permissions import require
from hienluong.directory.queries import actor_of, posts_of
from hienluong.kit import clock, events
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.kit.vietnamese import fold, normalise, sort_key
from hienluong.ledger import service as ledger

NAME_LIMIT, TELEPHONE_LIMIT, TITLE_LIMIT, UNIT_LIMIT = 100, 20, 100, 120


def create_person(
    *,
    actor: Actor | None,
    full_name: str,
    now: datetime,
    username: str | None = None,
    password: str | None = None,
    email: str = "",
    telephone: str = "",
) -> Person:
    """Records a person, with an account if a user name is given, and returns the person.

    Without a password the account can be entered by a one-time sign-in only.

    Raises:
        PermissionMissing: the actor does not manage people.
        PersonRefused: a value cannot be accepted; each is named.
    """
    actor = require(actor, "directory.manage_people")
    full_name = normalise(full_name)
    user = (
        User(username=User.normalize_username(username), email=email, date_joined=now) if username else None
    )
    _check_person(full_name=full_name, email=email, telephone=telephone, user=user, password=password)
    with transaction.atomic():
        if user is not None:
            _set_password(user, password)
            user.save()
        person = Person.objects.create(
            id=new_id(),
            full_name=full_name,
            sort_key=name_sort_key(full_name),
            search_key=fold(full_name),
            email=email,
            telephone=telephone,
            user=user,
        )
        if user is not None:
            events.publish(AccountOpened(user.pk, again=False, by=actor.ref, at=now))
        if user is not None and password is not None:
            events.publish(PasswordSet(user.pk, first=True, by=actor.ref, at=now))
        ledger.record(
            actor=actor.ref,
            action="directory.create_person",
            subject=f"person:{person.pk}",
            details={"account": user is not None},
            now=now,
        )
    return person


def name_sort_key(full_name: str) -> str:
    """Returns the key that puts Vietnamese people in their order: by the given name, which comes last."""
    *family, given = full_name.split(" ")
    return sort_key(" ".join([given, *family]))


def _check_person(
    *, full_name: str, email: str, telephone: str, user: User | None, password: str | None
) -> None:
    errors: list[FieldError] = []
    if not full_name:
        errors.append(FieldError("/full_name", _("Enter the person's name.")))
    if len(full_name) > NAME_LIMIT:
        errors.append(FieldError("/full_name", _("At most {limit} characters."), {"limit": NAME_LIMIT}))
    if len(telephone) > TELEPHONE_LIMIT:
        errors.append(FieldError("/telephone", _("At most {limit} characters."), {"limit": TELEPHONE_LIMIT}))
    if email:
        try:
            validate_email(email)
        except ValidationError:
            errors.append(FieldError("/email", _("This is not a mail address.")))
    if user is not None:
        errors += _check_account(user, password)
    if errors:
        raise PersonRefused(errors)


def _check_account(user: User, password: str | None) -> list[FieldError]:
    errors = []
    try:
        User._meta.get_field("username").run_validators(user.username)  # noqa: SLF001 - Django's documented API
    except ValidationError as problem:
        errors += [FieldError("/username", message) for message in problem.messages]
    if User.objects.filter(username__iexact=user.username).exists():
        errors.append(FieldError("/username", _("An account has this user name already.")))
    return errors + _check_password(user, password)


def _check_password(user: User, password: str | None) -> list[FieldError]:
    try:
        if password is not None:
            validate_password(password, user)
    except ValidationError as problem:
        return [FieldError("/password", message) for message in problem.messages]
    return []


def _set_password(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)


def set_password(*, actor: Actor | None, user: User, password: str, now: datetime) -> None:
    """Gives an account a new password; its sessions end.

    Raises:
        PermissionMissing: the actor does not manage people.
        PersonRefused: the password breaks a rule.
    """
    actor = require(actor, "directory.manage_people")
    if errors := _check_password(user, password):
        raise PersonRefused(errors)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        events.publish(PasswordSet(user.pk, first=False, by=actor.ref, at=now))
        ledger.record(
            actor=actor.ref, action="directory.set_password", subject=f"user:{user.pk}", details={}, now=now
        )


def assign_post(
    *,
    actor: Actor | None,
    person: Person,
    agency: Agency,
    role: Post.Role | str,
    title: str,
    unit: str = "",
    leads_unit: bool = False,
    valid_from: date | None = None,
    valid_to: date | None = None,
    now: datetime,
) -> Post:
    """Gives a person a post at an agency, from today or another day on, and returns it.

    Args:
        actor: who gives it.
        person: who holds it.
        agency: where.
        role: what its holder may do.
        title: as people write it, "Phó Giám đốc".
        unit: the office inside the agency, as people write it.
        leads_unit: whether the post leads that office.
        valid_from: its first day; None is today.
        valid_to: the first day it is no more; None is for good.
        now: the moment of the act.

    Raises:
        PermissionMissing: the actor does not manage people.
        PostRefused: words or days cannot be accepted.
        AccountClosed: the person has left.
        PostOverlaps: the person holds this role at this agency on some of these days already.
        PersonRefused: the agency is a test agency; people work in real ones only.
        PostOverlaps: the person holds this role at this agency already.
    """
    actor = require(actor, "directory.manage_people")
    if agency.in_sandbox:
        raise PersonRefused([FieldError("/agency", _("Nobody holds a post at a test agency."))])
    role = Post.Role(role)
    post = Post(
        person=person,
        agency=agency,
        role=role,
        title=normalise(title),
        unit=normalise(unit),
        leads_unit=leads_unit,
        valid_from=valid_from or clock.in_vietnam(now).date(),
        valid_to=valid_to,
    )
    _check_post(post)
    with transaction.atomic():
        _refuse_closed(person)
        if (
            Post.objects.filter(person=person, agency=agency, role=role)
            .filter(Q(valid_to=None) | Q(valid_to__gt=post.valid_from), valid_from__lt=valid_to or date.max)
            .exclude(valid_to=F("valid_from"))  # one that was called off holds no day
            .exists()
        ):
            raise PostOverlaps(person=person.full_name, role=role.label, agency=agency.name)
        post.save()
        events.publish(PostAssigned(post.pk, actor.ref, now))
        ledger.record(
            actor=actor.ref,
            action="directory.assign_post",
            subject=f"person:{person.pk}",
            details={
                "post": post.pk,
                "agency": str(agency.pk),
                "role": role.value,
                "from": post.valid_from.isoformat(),
                "to": valid_to.isoformat() if valid_to else None,
            },
            now=now,
        )
    return post


def _refuse_closed(person: Person) -> None:
    """Waits for whoever changes the posts of the person at this moment, and refuses one whose account is closed."""
    person = Person.objects.select_for_update(of=("self",)).select_related("user").get(pk=person.pk)
    if person.user is not None and not person.user.is_active:
        raise AccountClosed(person=person.full_name)


def _check_post(post: Post) -> None:
    errors = [
        FieldError(f"/{name}", _("At most {limit} characters."), {"limit": limit})
        for name, limit in (("title", TITLE_LIMIT), ("unit", UNIT_LIMIT))
        if len(getattr(post, name)) > limit
    ]
    if post.leads_unit and not post.unit:
        errors.append(FieldError("/unit", _("Name the office that the post leads.")))
    if post.valid_to is not None and post.valid_to <= post.valid_from:
        errors.append(FieldError("/valid_to", _("The last day is before the first.")))
    if errors:
        raise PostRefused(errors)


def end_post(*, actor: Actor | None, post: Post, now: datetime, valid_to: date | None = None) -> Post:
    """Ends a post: at once, so that nobody acts in it from this moment on, or on a day to come.

    `valid_to` is the first day it is no more. A post that has not begun is called off. An end to come may be moved.

    Raises:
        PermissionMissing: the actor does not manage people.
        AlreadyEnded: the post ended before.
        LastAdministrator: nobody who administers would be left.
        PostRefused: the day is past: what was done in the post was done in it.
    """
    actor = require(actor, "directory.manage_people")
    today = clock.in_vietnam(now).date()
    if valid_to is not None and valid_to < today:
        raise PostRefused([FieldError("/valid_to", _("The day is past; a post ends today or later."))])
    with transaction.atomic():
        if post.role == Post.Role.ADMINISTRATOR:
            keep_an_administrator(without=Q(pk=post.pk), day=valid_to or today)
        post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
        if post.valid_to is not None and post.valid_to <= today:
            raise AlreadyEnded(ended_on=post.valid_to)
        _end(post, valid_to or today, actor, now)
        ledger.record(
            actor=actor.ref,
            action="directory.end_post",
            subject=f"person:{post.person_id}",
            details={
                "post": post.pk,
                "agency": str(post.agency_id),
                "role": post.role,
                "to": (valid_to or today).isoformat(),
            },
            now=now,
        )
    return post


def _end(post: Post, day: date, actor: Actor, now: datetime) -> None:
    post.valid_to = max(day, post.valid_from)
    post.save(update_fields=["valid_to"])
    events.publish(
        PostEnded(post.pk, post.person_id, post.agency_id, post.role, post.valid_to, actor.ref, now)
    )


def change_person(
    *, actor: Actor | None, person: Person, full_name: str, email: str, telephone: str, now: datetime
) -> Person:
    """Changes a person's particulars; the ledger says which ones, not what they were.

    Raises:
        PermissionMissing: the actor does not manage people.
        PersonRefused: a value cannot be accepted; each is named.
    """
    actor = require(actor, "directory.manage_people")
    values = {"full_name": normalise(full_name), "email": email.strip(), "telephone": normalise(telephone)}
    _check_person(**values, user=None, password=None)
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).select_related("user").get(pk=person.pk)
        changed = [name for name, value in values.items() if getattr(person, name) != value]
        if not changed:
            return person
        for name in changed:
            setattr(person, name, values[name])
        person.sort_key, person.search_key = name_sort_key(person.full_name), fold(person.full_name)
        person.save()
        if person.user is not None and "email" in changed:
            person.user.email = person.email
            person.user.save(update_fields=["email"])
        ledger.record(
            actor=actor.ref,
            action="directory.change_person",
            subject=f"person:{person.pk}",
            details={"changed": changed},
            now=now,
        )
    return person


def deactivate_person(*, actor: Actor | None, person: Person, reason: str, now: datetime) -> Person:
    """Lets a person leave: all posts end at once, the account is closed, and whoever is signed in with it is out.

    The password is forgotten, so that no session of before comes back to life with the account.

    Raises:
        PermissionMissing: the actor does not manage people.
        PersonRefused: no reason, or the actor means themself.
        LastAdministrator: nobody who administers would be left.
    """
    actor = require(actor, "directory.manage_people")
    reason = normalise(reason)
    if not reason:
        raise PersonRefused([FieldError("/reason", _("Say why."))])
    if str(actor.id) == str(person.pk):
        raise PersonRefused(
            [FieldError("", _("You cannot close your own account; ask another administrator."))]
        )
    today = clock.in_vietnam(now).date()
    with transaction.atomic():
        keep_an_administrator(without=Q(person=person.pk), day=today)
        person = Person.objects.select_for_update(of=("self",)).select_related("user").get(pk=person.pk)
        held = Post.objects.filter(Q(valid_to=None) | Q(valid_to__gt=today), person=person)
        posts = list(held.select_for_update(of=("self",)).order_by("pk"))
        for post in posts:
            _end(post, today, actor, now)
        if person.user is not None:
            person.user.is_active = False
            person.user.set_unusable_password()
            person.user.save(update_fields=["is_active", "password"])
        events.publish(PersonDeactivated(person.pk, person.user_id, actor.ref, now))
        ledger.record(
            actor=actor.ref,
            action="directory.deactivate_person",
            subject=f"person:{person.pk}",
            details={"posts": [post.pk for post in posts], "account": person.user_id, "reason": reason[:200]},
            now=now,
        )
    return person


def open_account(*, actor: Actor | None, person: Person, username: str = "", now: datetime) -> Person:
    """Gives a person an account under the user name, or opens the closed one again; without posts and a password.

    Raises:
        PermissionMissing: the actor does not manage people.
        PersonRefused: the user name cannot be accepted, or the account is open already.
    """
    actor = require(actor, "directory.manage_people")
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).select_related("user").get(pk=person.pk)
        if person.user is not None and person.user.is_active:
            raise PersonRefused([FieldError("/username", _("The account is open already."))])
        again = person.user is not None
        user = person.user or User(
            username=User.normalize_username(username.strip()), email=person.email, date_joined=now
        )
        if user.pk is None and (errors := _check_account(user, None)):
            raise PersonRefused(errors)
        user.is_active = True
        user.set_unusable_password()
        user.save()
        person.user = user
        person.save(update_fields=["user"])
        events.publish(AccountOpened(user.pk, again=again, by=actor.ref, at=now))
        ledger.record(
            actor=actor.ref,
            action="directory.open_account",
            subject=f"person:{person.pk}",
            details={"account": user.pk},
            now=now,
        )
    return person


def switch_post(*, actor: Actor | None, user: User, post_id: int, now: datetime) -> Actor:
    """Makes the signed-in person act in another of their posts and returns who they are now.

    The caller keeps the choice in the session (`middleware.act_in`).

    Raises:
        PostNotHeld: the person does not hold this post today.
    """
    post = next(
        (post for post in posts_of(user, on=clock.in_vietnam(now).date()) if post.pk == post_id), None
    )
    if post is None:
        raise PostNotHeld(post_id=post_id)
    chosen = actor_of(post)
    with transaction.atomic():
        ledger.record(
            actor=chosen.ref,
            action="directory.switch_post",
            subject=f"person:{chosen.id}",
            details={
                "from": actor.post_id if actor else None,
                "to": post.pk,
                "agency": str(post.agency_id),
                "role": post.role,
            },
            now=now,
        )
    return chosen


def create_administrator(
    *, username: str, password: str | None, full_name: str, agency: Agency, title: str, now: datetime
) -> Person:
    """Records the first administrator of an installation, or a further one, from the server's own command line.

    Who can run it holds the server already, so it asks for no permission; the ledger names the command line.

    Raises:
        PersonRefused: a value cannot be accepted; each is named.
    """
    console = Actor.platform("command line")
    with transaction.atomic():
        person = create_person(
            actor=console, full_name=full_name, username=username, password=password, now=now
        )
        assign_post(
            actor=console, person=person, agency=agency, role=Post.Role.ADMINISTRATOR, title=title, now=now
        )
    return person
