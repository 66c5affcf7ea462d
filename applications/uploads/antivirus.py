"""The door to a virus scanner: clamd, when the setting CLAMD_SOCKET names its socket; without it nothing is done."""

import logging
import socket
import struct
from typing import TYPE_CHECKING

from django.conf import settings

from applications.uploads.problems import BadUpload

if TYPE_CHECKING:
    from applications.uploads.inspecting import UploadedFile

log = logging.getLogger(__name__)

SECONDS = 20
PIECE = 1 << 18


def scan(file: "UploadedFile") -> None:
    """
    Raise BadUpload for an infected file, and also when a scanner is configured but does not answer.

    CLAMD_SOCKET is the path of a unix socket or `host:port`. Protocol: clamd's INSTREAM, pieces with a length before.
    """
    address = getattr(settings, "CLAMD_SOCKET", "")
    if not address:
        return
    try:
        answer = _ask(address, file)
    except OSError:
        log.exception("virus scanner did not answer")
        raise BadUpload("病毒查杀服务暂时不可用，请稍后重新上传。") from None
    if not answer.endswith("OK"):
        log.warning("virus scanner refused an upload", extra={"answer": answer})
        raise BadUpload("文件未通过病毒查杀，请在本机查杀后重新生成文件再上传。")


def _ask(address: str, file: "UploadedFile") -> str:
    with _connect(address) as connection:
        connection.sendall(b"zINSTREAM\0")
        file.seek(0)
        while piece := file.read(PIECE):
            connection.sendall(struct.pack("!I", len(piece)) + piece)
        connection.sendall(struct.pack("!I", 0))
        return connection.recv(4096).rstrip(b"\0").decode("utf-8", "replace")


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(SECONDS)
            connection.connect(address)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)
