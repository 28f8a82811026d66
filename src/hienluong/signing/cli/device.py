"""The commands of the person's own machine: `hienluong signing device`, which answers pages and signs files of requests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hienluong.kit.errors import HienluongError
from hienluong.kit.pkcs11 import URI_SCHEME
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.signing.formats.device import Device, Wanted
    from hienluong.signing.formats.keys import DeviceKey

_file = click.Path(path_type=Path, dir_okay=False, exists=True)
_new_file = click.Path(path_type=Path, dir_okay=False)
PORT = 8987
_keys = click.option(
    "--key",
    "keys",
    multiple=True,
    required=True,
    help=_("A file of PKCS#12, or pkcs11:token=…;object=…?module-path=…&pin-source=…; several may be given."),
)
_password = click.option(
    "--password-file",
    type=_file,
    default=None,
    help=_("The password of the files of PKCS#12; asked for if not given."),
)
_yes = click.option("--yes", is_flag=True, help=_("Sign without asking: for trials only."))


@click.group(
    "device",
    help=_(
        "The signer on your own machine: the key stays here, only hashes come in.\n\n"
        "Example: hienluong signing device serve --key an.p12 --origin https://vanban.example.gov.vn"
    ),
)
def device() -> None:
    """Holds the commands of the device."""


@device.command(
    "serve",
    help=_(
        "Answer pages of the origins given, on this machine alone, until it is ended.\n\n"
        "Example: hienluong signing device serve --key an.p12 --origin https://vanban.example.gov.vn"
    ),
)
@_keys
@_password
@click.option(
    "--origin",
    "origins",
    multiple=True,
    required=True,
    help=_("Which pages may ask: scheme, name and port as in the browser’s address."),
)
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help=_("Where."))
@_yes
def serve(
    keys: tuple[str, ...], password_file: Path | None, origins: tuple[str, ...], port: int, *, yes: bool
) -> None:
    """Answers pages."""
    from hienluong.signing.formats.device import AgentServer  # noqa: PLC0415 - start fast

    opened = _device(keys, password_file, yes=yes)
    try:
        server = AgentServer(opened, port, [one.rstrip("/") for one in origins])
    except OSError as problem:
        raise click.ClickException(f"127.0.0.1:{port}: {problem.strerror}") from problem
    address = f"http://127.0.0.1:{server.server_port}"
    click.echo(_("The signer answers at {url} for {origins}").format(url=address, origins=", ".join(origins)))
    for one in opened.describe()["certificates"]:
        click.echo(f"  {one['sha256'][:16]}  {one['name']}")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


@device.command(
    "sign",
    help=_(
        "Sign a file of requests that a page offered, where the page cannot reach the signer.\n\n"
        "Example: hienluong signing device sign request.json --key an.p12 --output signatures.json"
    ),
)
@click.argument("file", type=_file)
@_keys
@_password
@click.option("--output", type=_new_file, required=True, help=_("The file to write."))
@_yes
def sign(file: Path, keys: tuple[str, ...], password_file: Path | None, output: Path, *, yes: bool) -> None:
    """Signs a file of requests."""
    opened = _device(keys, password_file, yes=yes)
    try:
        answer = opened.sign(str(file), json.loads(file.read_text(encoding="utf-8")))
    except ValueError as problem:
        raise click.BadParameter(f"{file}: {problem}") from problem
    output.write_text(json.dumps(answer, indent=2) + "\n", encoding="utf-8")
    failed = [one for one in answer["signatures"] if "error" in one]
    for one in failed:
        click.echo(f"{one['id']}: {one['error']}", err=True)
    click.echo(_("Written: {path}").format(path=output))
    if failed:
        raise click.exceptions.Exit(1)


def _device(keys: Sequence[str], password_file: Path | None, *, yes: bool) -> Device:
    from hienluong.signing.formats.device import Device  # noqa: PLC0415 - start fast

    try:
        return Device([_open(key, password_file) for key in keys], _agree if yes else _ask)
    except HienluongError as refusal:
        raise click.ClickException(refusal.explain(_)) from refusal


def _open(key: str, password_file: Path | None) -> DeviceKey:
    from hienluong.signing.formats.keys import MemoryKey, TokenKey  # noqa: PLC0415 - start fast

    if key.startswith(URI_SCHEME):
        return TokenKey(key)
    try:
        content = Path(key).read_bytes()
    except OSError as problem:
        raise click.BadParameter(f"{key}: {problem.strerror}") from problem
    if password_file:
        password = password_file.read_text(encoding="utf-8").strip()
    else:
        password = click.prompt(_("Password of {file}").format(file=key), hide_input=True, err=True)
    return MemoryKey.from_pkcs12(content, password)


def _agree(origin: str, batch: Sequence[Wanted]) -> bool:
    _show(origin, batch)
    return True


def _ask(origin: str, batch: Sequence[Wanted]) -> bool:
    _show(origin, batch)
    try:
        return click.confirm(_("Sign?"), default=False)
    except click.Abort:  # nobody is at the terminal
        return False


def _show(origin: str, batch: Sequence[Wanted]) -> None:
    from hienluong.signing.formats.device import name_of  # noqa: PLC0415 - start fast

    click.echo(_("To sign for {origin} ({count}):").format(origin=origin, count=len(batch)))
    for one in batch:
        signer = name_of(one.key) if one.key else ""
        click.echo(f"  {one.title or one.id} — {signer} — {one.digest.hex()[:16]}…")
