"""People, their accounts and their posts."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from hienluong.directory.actors import Actor
from hienluong.directory.errors import (
    AlreadyEnded,
    PersonRefused,
    PostNotHeld,
    PostOverlaps,
)
from hienluong.directory.events import PostEnded
from hienluong.directory.models import Agency, Person, Post, User
from hienluong.directory.permissions import require
from hienluong.directory.queries import actor_of, posts_of
from hienluong.kit import clock, events
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.kit.vietnamese import fold, normalise, sort_key
from hienluong.ledger import service as ledger

NAME_LIMIT, TELEPHONE_LIMIT = 100, 20


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
    user = User(username=User.normalize_username(username), email=email) if username else None
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
        ledger.record(
            actor=actor.ref, action="directory.set_password", subject=f"user:{user.pk}", details={}, now=now
        )


def assign_post(
    *, actor: Actor | None, person: Person, agency: Agency, role: Post.Role | str, title: str, now: datetime
) -> Post:
    """Gives a person a post at an agency from today on and returns it.

    Raises:
        PermissionMissing: the actor does not manage people.
        PersonRefused: the agency is a test agency; people work in real ones only.
        PostOverlaps: the person holds this role at this agency already.
    """
    actor = require(actor, "directory.manage_people")
    if agency.in_sandbox:
        raise PersonRefused([FieldError("/agency", _("Nobody holds a post at a test agency."))])
    role = Post.Role(role)
    try:
        with transaction.atomic():
            post = Post.objects.create(
                person=person,
                agency=agency,
                role=role,
                title=normalise(title),
                valid_from=clock.in_vietnam(now).date(),
            )
            ledger.record(
                actor=actor.ref,
                action="directory.assign_post",
                subject=f"person:{person.pk}",
                details={"post": post.pk, "agency": str(agency.pk), "role": role.value},
                now=now,
            )
    except IntegrityError as problem:
        raise PostOverlaps(person=person.full_name, role=role.value, agency=agency.name) from problem
    return post


def end_post(*, actor: Actor | None, post: Post, now: datetime) -> Post:
    """Ends a post today: from this moment nobody acts in it.

    Raises:
        PermissionMissing: the actor does not manage people.
        AlreadyEnded: the post ended before.
    """
    actor = require(actor, "directory.manage_people")
    today = clock.in_vietnam(now).date()
    with transaction.atomic():
        post = Post.objects.select_for_update().get(pk=post.pk)
        if post.valid_to is not None:
            raise AlreadyEnded(ended_on=post.valid_to)
        post.valid_to = today
        post.save(update_fields=["valid_to"])
        events.publish(PostEnded(post.person_id, post.agency_id, post.role, today))
        ledger.record(
            actor=actor.ref,
            action="directory.end_post",
            subject=f"person:{post.person_id}",
            details={"post": post.pk, "agency": str(post.agency_id), "role": post.role},
            now=now,
        )
    return post


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
